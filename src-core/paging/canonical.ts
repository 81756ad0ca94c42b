import type { CompiledFormat } from './format';

/** The part of an address space that is written with its upper bits set. */
export interface UpperPart {
  /** First of its addresses as the tables count them, from 0. */
  readonly from: bigint;
  /** What its addresses have above the tables' own bits. */
  readonly add: bigint;
}

/** Where a tree's addresses are written with upper bits set; `undefined`: nowhere. */
export function upperPart({
  addressBits,
  signExtended,
  shape,
}: CompiledFormat): UpperPart | undefined {
  if (addressBits >= 64) return undefined;
  const end = 1n << BigInt(addressBits);
  const add = (1n << 64n) - end;
  if (signExtended) return { from: end >> 1n, add };
  return shape.half === 'high' ? { from: 0n, add } : undefined;
}

/** An input address as the CPU takes it, from the one the tables count from 0. */
export function canonicalAddress(compiled: CompiledFormat, address: bigint): bigint {
  const upper = upperPart(compiled);
  return upper && address >= upper.from ? address + upper.add : address;
}
