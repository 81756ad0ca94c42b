import { readFileSync } from 'node:fs';
import path from 'node:path';

type StepKind = 'fault' | 'invlpg' | 'load-cr3' | 'dirty-log' | 'take-log';

/**
 * A page fault of a real KVM's trace, an instruction that it emulated, or something the host did, and
 * what that set off.
 */
export interface TracedStep {
  readonly kind: StepKind;
  /** The address of a fault or of an invalidation; of new tables the root; of the host a guest's page. */
  readonly address: number;
  readonly errorCode: number;
  /** The root table of the guest when it happened. */
  readonly cr3: number;
  /** The guest's entries as KVM read them, the root's first. */
  readonly entries: readonly { readonly level: number; readonly value: bigint }[];
  /** Entries that the guest wrote by itself just before. */
  readonly written: readonly { readonly address: number; readonly value: bigint }[];
  /** `page …` for shadow pages, `set …` for entries, `sync …`, `unsync …`, `mmio …`. */
  readonly effects: readonly string[];
}

/** What a trace tells of a guest, from one of its scenario's marks to another. */
export interface TracedGuest {
  /** What the loading of roots set off, before the first fault. */
  readonly roots: readonly string[];
  readonly steps: readonly TracedStep[];
  /** Guest entries (their addresses) whose accessed, or dirty, bit KVM set before; and at any time. */
  readonly accessedBefore: ReadonlySet<number>;
  readonly dirtiedBefore: ReadonlySet<number>;
  readonly accessedEver: ReadonlySet<number>;
  readonly dirtiedEver: ReadonlySet<number>;
}

const begin = { line: 'kvmcap: batch kernel-4k', command: 'run gone-slot' };
/** After it the host has no page behind some frames, which a machine's slots always have. */
const end = { line: 'mmu notifier unmap range', command: 'run back' };
const addressBits = 0xf_ffff_ffff_f000n;

/** An entry's bits without its frame: frames may have been moved since the slots were written down. */
export function flagsOf(spte: bigint): string {
  return `0x${(spte & ~addressBits).toString(16)}`;
}

/** What each kind of line says, in words that a machine's events can be told in as well. */
const effects: readonly (readonly [RegExp, (found: readonly string[]) => string])[] = [
  [
    /kvm_mmu_get_page: sp gen \d+ gfn (\S+) (.*?) root \d+ sync (new|existing)/,
    ([, gfn, role, how]) => `page ${gfn} ${role} ${how}`,
  ],
  [
    /kvm_mmu_set_spte: gfn (\S+) spte (\S+) \(\S+\) level (\d)/,
    ([, gfn, spte, level]) => `set ${gfn} level ${level} ${flagsOf(BigInt(`0x${spte}`))}`,
  ],
  [
    /kvm_mmu_(un)?sync_page: sp gen \d+ gfn (\S+) (.*?) root/,
    ([, un, gfn, role]) => `${un ?? ''}sync ${gfn} ${role}`,
  ],
  [/mark_mmio_spte: sptep:\S+ gfn (\S+)/, ([, gfn]) => `mmio ${gfn}`],
];

/** What the scenario's script has the guest do to its tables: `gpte`, `invlpg`, `gcr3`. */
interface Command {
  readonly name: string;
  readonly words: readonly string[];
}

/** Flags of an entry in the script's letters. */
const flags: Readonly<Record<string, bigint>> = { w: 2n, u: 4n, g: 0x100n, n: 1n << 63n };

/** Emulated instructions by their bytes: INVLPG [EDI], MOV CR3 from EDI. */
const instructions = { '0f 01 3f': 'invlpg', '0f 22 df': 'load-cr3' } as const;

interface Building extends TracedStep {
  walks: number;
  readonly entries: TracedStep['entries'][number][];
  readonly effects: string[];
}

class TraceReader {
  readonly roots: string[] = [];
  readonly steps: Building[] = [];
  readonly #spaces = new Map<string, number>();
  readonly #commands: Command[] = [];
  #cr3: number;

  /** @param slotAt first guest address of a slot of that name */
  constructor(
    script: string,
    readonly slotAt: (name: string) => number,
  ) {
    const lines = script.split('\n').map((line) => line.trim());
    for (const line of lines) {
      const [name, space, root] = line.split(' ');
      if (name === 'as') this.#spaces.set(space!, Number(root));
    }
    this.#cr3 = this.#spaces.get('A')!;
    const stretch = lines.slice(lines.indexOf(begin.command), lines.indexOf(end.command));
    for (const line of stretch) {
      const [name, ...words] = line.split(' ');
      if (['gpte', 'invlpg', 'gcr3'].includes(name!)) this.#commands.push({ name: name!, words });
    }
  }

  read(line: string): void {
    const fault = /kvm_page_fault: .*address (0x\S+) error_code (0x\S+)/.exec(line);
    if (fault) {
      const address = Number(BigInt(fault[1]!) & 0xffff_ffff_ffffn);
      this.#begin('fault', address, Number(fault[2]));
      return;
    }
    const bytes = /kvm_emulate_insn: \S+?:\S+?:((?:[\da-f]{2} )+)/.exec(line)?.[1]?.trim();
    const kind = instructions[bytes as keyof typeof instructions] as
      (typeof instructions)[keyof typeof instructions] | undefined;
    if (kind) this.#emulated(kind);
    this.#host(line);
    const current = this.steps.at(-1);
    if (current) readEntry(current, line);
    for (const [pattern, words] of effects) {
      const found = pattern.exec(line);
      if (found) (current?.effects ?? this.roots).push(words(found));
    }
  }

  /** What the script has the host do: logging on a slot, taking its log. */
  #host(line: string): void {
    if (line.includes('dirty logging on on slot dirty')) {
      this.#begin('dirty-log', this.slotAt('dirty'), 0);
    } else if (line.includes('kvmcap: batch dirty-again')) {
      this.#begin('take-log', this.slotAt('dirty'), 0);
    }
  }

  /** The script tells what the registers held, and what the guest wrote before. */
  #emulated(kind: 'invlpg' | 'load-cr3'): void {
    const written: { address: number; value: bigint }[] = [];
    for (let command = this.#commands.shift(); command; command = this.#commands.shift()) {
      const { name, words } = command;
      if (name === 'gpte') {
        const [, address, target, , letters] = words;
        const own = letters!.split('').reduce((value, letter) => value | (flags[letter] ?? 0n), 0n);
        written.push({
          address: Number(address),
          value: BigInt(target!) === 0n ? 0n : BigInt(target!) | own | 1n,
        });
        continue;
      }
      const to = name === 'gcr3' ? this.#spaces.get(words[0]!)! : Number(words[0]);
      this.#begin(kind, to, 0, written);
      if (name === 'gcr3') this.#cr3 = to;
      return;
    }
  }

  #begin(
    kind: TracedStep['kind'],
    address: number,
    errorCode: number,
    written: TracedStep['written'] = [],
  ): void {
    const cr3 = this.#cr3;
    this.steps.push({ kind, address, errorCode, cr3, written, walks: 0, entries: [], effects: [] });
  }
}

/** Entries of the fault's own walk: an instruction that is emulated is fetched by walks of its own. */
function readEntry(step: Building, line: string): void {
  if (line.includes('kvm_mmu_pagetable_walk')) step.walks++;
  const entry = /kvm_mmu_paging_element: pte (\S+) level (\d)/.exec(line);
  if (!entry || step.walks > 1 || step.kind !== 'fault') return;
  step.entries.push({ level: Number(entry[2]), value: BigInt(`0x${entry[1]}`) });
}

function addressesOf(lines: readonly string[], event: string): Set<number> {
  const pattern = new RegExp(`${event}: gpa (\\S+)`);
  return new Set(
    lines.flatMap((line) => {
      const gpa = pattern.exec(line)?.[1];
      return gpa === undefined ? [] : [Number(`0x${gpa}`)];
    }),
  );
}

export function readTracedGuest(folder: string): TracedGuest {
  const lines = readFileSync(path.join(folder, 'trace.txt'), 'utf8').split('\n');
  const { slots } = JSON.parse(readFileSync(path.join(folder, 'slots.json'), 'utf8')) as {
    readonly slots: readonly { readonly name: string; readonly gpa: string }[];
  };
  const script = readFileSync(path.join(folder, 'scenario.txt'), 'utf8');
  const reader = new TraceReader(script, (name) =>
    Number(slots.find((slot) => slot.name === name)!.gpa),
  );
  const first = lines.findIndex((line) => line.includes(begin.line));
  const last = lines.findIndex((line, at) => at > first && line.includes(end.line));
  for (const line of lines.slice(first, last)) reader.read(line);
  const before = lines.slice(0, first);
  return {
    roots: reader.roots,
    steps: reader.steps,
    accessedBefore: addressesOf(before, 'kvm_mmu_set_accessed_bit'),
    dirtiedBefore: addressesOf(before, 'kvm_mmu_set_dirty_bit'),
    accessedEver: addressesOf(lines, 'kvm_mmu_set_accessed_bit'),
    dirtiedEver: addressesOf(lines, 'kvm_mmu_set_dirty_bit'),
  };
}
