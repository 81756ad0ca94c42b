import { type HardwareFormatName, type Permissions, sizeText } from '../../src-core/index';

/** A size as short as it gets: `4K`, `1G`. */
export function shortSize(bytes: number): string {
  return sizeText(bytes).replace(/ (?:B|([KMGTP])iB)$/, '$1');
}

/** A count with its noun: `1 table`, `3 tables`, `1,165 leaves`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** A count with its thousands set apart. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Rights as `r w x`, a dash for each that is missing; `xs`/`xu` where execute is told apart. */
export function rightsText(rights: Permissions): string {
  const execute =
    rights.userExecute === undefined || rights.userExecute === rights.execute
      ? [rights.execute ? 'x' : '-']
      : [rights.execute ? 'xs' : '-', rights.userExecute ? 'xu' : '-'];
  return [rights.read ? 'r' : '-', rights.write ? 'w' : '-', ...execute].join(' ');
}

/** Rights closed up, with `u` where the format knows users: `rwxu`. */
export function shortRights(rights: Permissions): string {
  const user = rights.user === null ? '' : rights.user ? 'u' : '-';
  return rightsText(rights).replaceAll(' ', '') + user;
}

/** What the manuals call a table of that level, from level 1 up. Intel SDM 3A ch. 5, 3C 30.3. */
const tableNames: Readonly<Record<HardwareFormatName, readonly string[] | null>> = {
  'x86-64': ['page table', 'page directory', 'PDPT', 'PML4', 'PML5'],
  ept: ['EPT page table', 'EPT page directory', 'EPT PDPT', 'EPT PML4', 'EPT PML5'],
  npt: ['page table', 'page directory', 'PDPT', 'PML4', 'PML5'],
  pae: ['page table', 'page directory', 'PDPT'],
  'x86-32': ['page table', 'page directory'],
  'arm64-stage1': null,
  'arm64-stage2': null,
};

/**
 * A level as a person calls it: `level 4 (PML4)`. For arm64 the architecture's own number comes
 * first (3 is the smallest page) with KVM's beside it.
 */
export function levelText(hardware: HardwareFormatName, level: number): string {
  const names = tableNames[hardware];
  if (names === null) return `level ${4 - level} (KVM's level ${level})`;
  const name = names[level - 1];
  return name === undefined ? `level ${level}` : `level ${level} (${name})`;
}
