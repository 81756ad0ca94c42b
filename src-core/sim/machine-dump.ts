import { cpuConfigJson } from '../paging/cpu';
import { formatWord } from '../word';
import type { GuestTables } from './guest-tables';
import type { Machine } from './machine';
import type { ShadowPage } from './shadow-page';
import { entriesPerTable } from './table-page';

const wordsInLine = 8;
/** Lines at most: more than that nobody reads, and editors stop to help with it. */
const mostLines = 200_000;

/** Entry formats of guests by how they page, and how many bytes an entry has. */
const guestFormats: Readonly<
  Record<GuestTables['form'], { readonly format: string; readonly bytes: 4 | 8 }>
> = {
  '32': { format: 'guest32', bytes: 4 },
  pae: { format: 'guest-pae', bytes: 8 },
  '64': { format: 'guest64', bytes: 8 },
};

/**
 * A machine's tables as they are now, as a dump in the form of QEMU's `xp`: it is read, walked and
 * checked as any other. With a guest's own tables, which stand where the slots put them in the
 * host's memory, its comment line asks for walks of both dimensions.
 * @param moment what the dump is of, for the reader
 * @returns the text; or why there is none
 */
export function machineDump(
  machine: Machine,
  moment: string,
): { text: string } | { problem: string } {
  const root = machine.rootsOf(0, 'valid')[0] ?? machine.rootsOf(null, 'all')[0];
  if (!root) return { problem: 'The machine has no root yet: its first fault makes one.' };
  const lines = [directiveOf(machine, root), `# ${moment}`];
  const pages = [...machine.pages.all()].sort((a, b) => a.table.pa - b.table.pa);
  for (const page of pages) {
    lines.push('', `# ${describe(machine, page)}`, ...linesOfPage(page));
    if (lines.length < mostLines) continue;
    lines.push(`# The rest is left out: ${mostLines} lines are the most.`);
    return { text: `${lines.join('\n')}\n` };
  }
  lines.push(...guestLines(machine));
  return { text: `${lines.join('\n')}\n` };
}

function directiveOf({ setup }: Machine, root: ShadowPage): string {
  const { format, kernel, guest, cpu } = setup;
  const facts = Object.entries(cpuConfigJson(cpu)).map(([name, value]) => ` ${name}=${value}`);
  const cpuText = facts.join('');
  // The posted series is none of the versions that layouts are known by.
  const version = /^\d/.test(kernel) ? ` kernel=${kernel}` : '';
  const pa = hex(root.table.pa);
  if (!guest) {
    return `# pagewalk: format=${format}${version} root=${pa} level=${root.level}${cpuText}`;
  }
  const own = `format=${guestFormats[guest.form].format} root=${hex(guest.cr3)}`;
  return `# pagewalk: ${own}${version} second=${pa} second-format=${format} second-level=${root.level}${cpuText}`;
}

function describe(machine: Machine, page: ShadowPage): string {
  const state = page.invalid
    ? ', of an invalid root'
    : machine.pages.isQueued(page)
      ? ', unlinked: it waits for its readers'
      : '';
  return `level ${page.level} table ${hex(page.table.pa)} of GFN ${hex(page.gfn)}${state}`;
}

function linesOfPage({ table }: ShadowPage): string[] {
  return linesOf(table.pa, entriesPerTable, (index) => table.entry(index));
}

function* guestLines(machine: Machine): Generator<string> {
  const { guest } = machine.setup;
  if (!guest) return;
  const { bytes } = guestFormats[guest.form];
  for (const { pa, entries } of guest.tables) {
    const gfn = Math.floor(pa / 4096);
    const slot = machine.slotOf(gfn, 0);
    yield '';
    if (!slot) {
      yield `# The guest's table at GPA ${hex(pa)} is in no slot: there is no memory behind it.`;
      continue;
    }
    const host = slot.pfnOf(gfn) * 4096;
    yield `# the guest's table at GPA ${hex(pa)}, which the host has at ${hex(host)}`;
    yield* linesOf(host, entriesPerTable, wordsOf(entries, bytes));
  }
}

/** A guest's entries as words of 8 bytes: two of its entries each where they have 4. */
function wordsOf(
  entries: readonly (readonly [index: number, value: bigint])[],
  bytes: 4 | 8,
): (index: number) => bigint {
  const byIndex = new Map(entries);
  const entry = (index: number): bigint => byIndex.get(index) ?? 0n;
  if (bytes === 8) return entry;
  return (index) => entry(2 * index) | (entry(2 * index + 1) << 32n);
}

function linesOf(start: number, words: number, word: (index: number) => bigint): string[] {
  const lines: string[] = [];
  for (let first = 0; first < words; first += wordsInLine) {
    const values = Array.from({ length: wordsInLine }, (_, at) => `0x${padded(word(first + at))}`);
    lines.push(`${padded(BigInt(start + 8 * first))}: ${values.join(' ')}`);
  }
  return lines;
}

function padded(word: bigint): string {
  return word.toString(16).padStart(16, '0');
}

function hex(value: number): string {
  return formatWord(BigInt(value));
}
