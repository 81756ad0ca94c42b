/** Value of a code unit as a hexadecimal digit; 0xff: it is none. */
export const digitValue: Uint8Array = (() => {
  const values = new Uint8Array(256).fill(0xff);
  for (let digit = 0; digit < 16; digit++) {
    const lower = digit.toString(16).charCodeAt(0);
    values[lower] = digit;
    values[digit < 10 ? lower : lower - 0x20] = digit;
  }
  return values;
})();

/**
 * Value of two digits read as one little-endian 16-bit unit (the first digit in the low byte);
 * above 0xff: not two digits. Halves the look-ups of the loop that reads whole dumps.
 */
export const pairValue: Uint16Array = (() => {
  const values = new Uint16Array(0x10000).fill(0xffff);
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      if (digitValue[first] === 0xff || digitValue[second] === 0xff) continue;
      values[first | (second << 8)] = (digitValue[first]! << 4) | digitValue[second]!;
    }
  }
  return values;
})();

/** The hexadecimal number that starts at a place of a line: kept here, so that reading makes no objects. */
export class HexReader {
  lo = 0;
  hi = 0;
  /** Number of digits; 0: none stood there. */
  digits = 0;
  /** Place after the last digit. */
  end = 0;

  /** Reads digits from `start`; those before the last 16 are shifted out (`digits` tells). */
  read(units: Uint8Array, start: number, end: number): number {
    let lo = 0;
    let hi = 0;
    let at = start;
    for (; at < end; at++) {
      const digit = digitValue[units[at]!]!;
      if (digit === 0xff) break;
      hi = (hi << 4) | (lo >>> 28);
      lo = (lo << 4) | digit;
    }
    this.lo = lo >>> 0;
    this.hi = hi >>> 0;
    this.digits = at - start;
    this.end = at;
    return this.digits;
  }

  /** Reads `0x` and digits; `digits` is 0 where that does not stand. */
  readPrefixed(units: Uint8Array, start: number, end: number): number {
    if (units[start] === 0x30 && (units[start + 1]! | 0x20) === 0x78 && start + 2 < end) {
      return this.read(units, start + 2, end);
    }
    this.digits = 0;
    this.end = start;
    return 0;
  }
}
