/** A row's id taken apart: its top row, the indices on the way down, whether it is a run of entries. */
export interface RowPlace {
  /** Such as `root:0x1000`. */
  readonly top: string;
  /** Index in each table on the way; empty: the top row itself. */
  readonly indices: readonly number[];
  /** It is a run that begins with the last index. */
  readonly run: boolean;
}

const hex = (address: number): string => `0x${address.toString(16)}`;

/** Id of a top row. */
export function topRowId(kind: string, address: number): string {
  return `${kind}:${hex(address)}`;
}

/** Address in a top row's id; NaN: there is none. */
export function addressOfTop(top: string): number {
  return Number(top.slice(top.indexOf(':') + 1));
}

export function rowId({ top, indices, run }: RowPlace): string {
  return [top, ...indices].join('/') + (run ? '+' : '');
}

/** An id taken apart; undefined: it was never one. */
export function parseRowId(id: string): RowPlace | undefined {
  const found = /^([a-z-]+:[\w.-]+)((?:\/\d+)*)(\+?)$/.exec(id);
  if (!found) return undefined;
  const indices = found[2]!.split('/').slice(1).map(Number);
  const run = found[3] === '+';
  return run && indices.length === 0 ? undefined : { top: found[1]!, indices, run };
}

/** Id of an entry below a row; a run's entries are named as if it were not there. */
export function childRowId(id: string, index: number, run = false): string {
  const parent = id.endsWith('+') ? id.slice(0, id.lastIndexOf('/')) : id;
  return `${parent}/${index}${run ? '+' : ''}`;
}
