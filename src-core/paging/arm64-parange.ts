/**
 * Physical-address widths as ID_AA64MMFR0_EL1.PARange, TCR.IPS, TCR_EL2.PS and VTCR_EL2.PS encode
 * them. Source: Arm ARM (DDI 0487), ID_AA64MMFR0_EL1.
 */
export const paRangeBits: readonly number[] = [32, 36, 40, 42, 44, 48, 52];

/** The width an encoding stands for; `undefined`: reserved. */
export function bitsOfPaRange(encoding: number): number | undefined {
  return paRangeBits[encoding];
}

/** The smallest encoding that is at least so wide. */
export function paRangeFor(bits: number): number {
  const found = paRangeBits.findIndex((width) => width >= bits);
  return found < 0 ? paRangeBits.length - 1 : found;
}
