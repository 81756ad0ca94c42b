/** Bytes of a unit printed with leading zeros, by its number of digits. */
const bytesOfDigits: Readonly<Record<number, 1 | 2 | 4 | 8>> = { 2: 1, 4: 2, 8: 4, 16: 8 };

/** Bytes of a unit printed with that many digits; `undefined`: no unit is. */
export function unitBytesOf(digits: number): 1 | 2 | 4 | 8 | undefined {
  return bytesOfDigits[digits];
}
