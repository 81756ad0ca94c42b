import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A page fault of a real KVM's trace, and what it set off, line by line. */
export interface TracedFault {
  readonly gva: string;
  readonly errorCode: number;
  /** The guest's entries as KVM read them, the root's first. */
  readonly entries: readonly { readonly level: number; readonly value: bigint }[];
  /** `page …` for shadow pages, `set …` for entries, `unsync …`, `mmio …`. */
  readonly effects: readonly string[];
}

/** What a trace tells of a guest, from one of its scenario's marks to another. */
export interface TracedGuest {
  /** What the loading of roots set off, before the first fault. */
  readonly roots: readonly string[];
  readonly faults: readonly TracedFault[];
  /** Guest entries (their addresses) whose accessed, or dirty, bit KVM set before; and at any time. */
  readonly accessedBefore: ReadonlySet<number>;
  readonly dirtiedBefore: ReadonlySet<number>;
  readonly accessedEver: ReadonlySet<number>;
  readonly dirtiedEver: ReadonlySet<number>;
}

const begin = 'kvmcap: batch kernel-4k';
const end = 'kvmcap: batch guest-pte-edit';
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
    /kvm_mmu_unsync_page: sp gen \d+ gfn (\S+) (.*?) root/,
    ([, gfn, role]) => `unsync ${gfn} ${role}`,
  ],
  [/mark_mmio_spte: sptep:\S+ gfn (\S+)/, ([, gfn]) => `mmio ${gfn}`],
];

function addressesOf(lines: readonly string[], event: string): Set<number> {
  const pattern = new RegExp(`${event}: gpa (\\S+)`);
  return new Set(
    lines.flatMap((line) => {
      const gpa = pattern.exec(line)?.[1];
      return gpa === undefined ? [] : [Number(`0x${gpa}`)];
    }),
  );
}

interface Building extends TracedFault {
  walks: number;
  readonly entries: TracedFault['entries'][number][];
  readonly effects: string[];
}

/** Entries of the fault's own walk: an instruction that is emulated is fetched by walks of its own. */
function readEntry(fault: Building, line: string): void {
  if (line.includes('kvm_mmu_pagetable_walk')) fault.walks++;
  const entry = /kvm_mmu_paging_element: pte (\S+) level (\d)/.exec(line);
  if (!entry || fault.walks > 1) return;
  fault.entries.push({ level: Number(entry[2]), value: BigInt(`0x${entry[1]}`) });
}

export function readTracedGuest(folder: string): TracedGuest {
  const lines = readFileSync(path.join(folder, 'trace.txt'), 'utf8').split('\n');
  const first = lines.findIndex((line) => line.includes(begin));
  const last = lines.findIndex((line) => line.includes(end));
  const before = lines.slice(0, first);
  const roots: string[] = [];
  const faults: Building[] = [];
  for (const line of lines.slice(first, last)) {
    const fault = /kvm_page_fault: .*address (0x\S+) error_code (0x\S+)/.exec(line);
    if (fault) {
      const errorCode = Number(fault[2]);
      faults.push({ gva: fault[1]!, errorCode, walks: 0, entries: [], effects: [] });
      continue;
    }
    const current = faults.at(-1);
    if (current) readEntry(current, line);
    for (const [pattern, words] of effects) {
      const found = pattern.exec(line);
      if (found) (current?.effects ?? roots).push(words(found));
    }
  }
  return {
    roots,
    faults,
    accessedBefore: addressesOf(before, 'kvm_mmu_set_accessed_bit'),
    dirtiedBefore: addressesOf(before, 'kvm_mmu_set_dirty_bit'),
    accessedEver: addressesOf(lines, 'kvm_mmu_set_accessed_bit'),
    dirtiedEver: addressesOf(lines, 'kvm_mmu_set_dirty_bit'),
  };
}
