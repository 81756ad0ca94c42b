import { decodeEntry } from '../../src-core/kvm/decode';
import { decoders } from '../../src-core/kvm/decoders';
import { encodeEntry } from '../../src-core/kvm/encode';
import type { DecodedField } from '../../src-core/paging/decoded-entry';
import { formatWord } from '../../src-core/word';
import type { EntryCase } from './entry-case';

/** What is wrong with the fields as an account of every bit; `null`: nothing. */
function fieldProblem(fields: readonly DecodedField[], value: bigint, bits: number): string | null {
  let next = bits - 1;
  let joined = 0n;
  const names = new Set<string>();
  for (const { name, high, low, value: part } of fields) {
    if (high !== next) return `${name} begins at bit ${high}, the field above ends at ${next + 1}`;
    if (low > high) return `${name} ends above its beginning`;
    if (names.has(name)) return `two fields are called ${name}`;
    names.add(name);
    joined |= part << BigInt(low);
    next = low - 1;
  }
  if (next !== -1) return `the last field ends at bit ${next + 1}`;
  return joined === value ? null : `the fields together are ${formatWord(joined)}`;
}

/**
 * The property of every entry: it decodes, each of its bits stands in exactly one field, and its
 * fields compose to it again.
 * @returns what does not hold, in one line; `null`: all holds.
 */
export function entryProblem({ place, value }: EntryCase): string | null {
  try {
    const entry = decodeEntry({ ...place, value });
    if ('problem' in entry) return `it does not decode: ${entry.problem}`;
    const problem = fieldProblem(entry.fields, value, decoders[place.format].entryBits);
    if (problem !== null) return problem;
    const { format, level, cpu } = place;
    const fields = Object.fromEntries(entry.fields.map((field) => [field.name, field.value]));
    const layout = entry.layout === null ? {} : { layout: entry.layout };
    const back = encodeEntry({ format, level, cpu, ...layout, fields });
    if ('problem' in back) return `its fields do not compose: ${back.problem}`;
    return back.value === value ? null : `its fields compose to ${formatWord(back.value)}`;
  } catch (error) {
    return `it throws: ${String(error)}`;
  }
}
