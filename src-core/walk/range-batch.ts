/**
 * What a range is: pages, MMIO to KVM, entries the CPU refuses, leaves whose access flag is clear
 * (arm64), tables the memory does not hold.
 */
export const rangeKinds = ['mapped', 'mmio', 'reserved', 'access-flag', 'missing'] as const;
export type RangeKind = (typeof rangeKinds)[number];

/** Rights and kind that many ranges share: what the walk gathered for them, as halves. */
export interface RangeClass {
  readonly kind: RangeKind;
  readonly andLo: number;
  readonly andHi: number;
  readonly orLo: number;
  readonly orHi: number;
}

/** Ranges of a map in columns; addresses in pages of 4 KiB, since 52-bit numbers are exact. */
export class RangeBatch {
  readonly start: Float64Array;
  /** First page after the range. */
  readonly end: Float64Array;
  /** First page it maps to; -1: none, or several places. */
  readonly physical: Float64Array;
  /** Index into the map's classes. */
  readonly rights: Uint16Array;
  /** Levels of the leaves in it: bit L-1 for level L. */
  readonly levels: Uint8Array;
  count = 0;

  constructor(readonly room: number) {
    this.start = new Float64Array(room);
    this.end = new Float64Array(room);
    this.physical = new Float64Array(room);
    this.rights = new Uint16Array(room);
    this.levels = new Uint8Array(room);
  }
}

/** Every class a map met, few by nature; numbers are places in `list`. */
export class RangeClasses {
  readonly list: RangeClass[] = [];
  /** By number, 1: ranges of the class are mappings, of memory or of devices. */
  readonly counts: number[] = [];
  /** The class asked for last: neighbours mostly share theirs. */
  private last = -1;

  numberOf(kind: RangeKind, andLo: number, andHi: number, orLo: number, orHi: number): number {
    const { list, last } = this;
    if (last >= 0 && isClass(list[last]!, kind, andLo, andHi, orLo, orHi)) return last;
    for (let number = 0; number < list.length; number++) {
      if (!isClass(list[number]!, kind, andLo, andHi, orLo, orHi)) continue;
      this.last = number;
      return number;
    }
    this.counts.push(kind === 'mapped' || kind === 'mmio' ? 1 : 0);
    this.last = list.push({ kind, andLo, andHi, orLo, orHi }) - 1;
    return this.last;
  }
}

function isClass(
  known: RangeClass,
  kind: RangeKind,
  andLo: number,
  andHi: number,
  orLo: number,
  orHi: number,
): boolean {
  return (
    known.andLo === andLo &&
    known.orHi === orHi &&
    known.orLo === orLo &&
    known.andHi === andHi &&
    known.kind === kind
  );
}
