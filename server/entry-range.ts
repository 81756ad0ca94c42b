import { canonicalAddress } from '../src-core/index';
import type { EntryPlace } from './entry-place';
import type { TableChoice } from './table-choice';

/** First and last input address that one entry of a table translates, in canonical form. */
export function entryRange(
  { compiled }: TableChoice,
  { table, index }: EntryPlace,
): { readonly first: bigint; readonly last: bigint } {
  const { shift } = compiled.rules[table.level - 1]!;
  const top = 1n << BigInt(compiled.addressBits);
  const plain = (table.first & (top - 1n)) + (BigInt(index) << BigInt(shift));
  const first = canonicalAddress(compiled, plain);
  return { first, last: first + (1n << BigInt(shift)) - 1n };
}
