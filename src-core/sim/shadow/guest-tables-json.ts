import type { JsonPlace } from '../json-place';
import { described, frameSchema, listSchema } from '../machine-json';
import type { JsonSchema } from '../machine-plan';
import { readTableAddress } from '../listed-tables-json';
import { compileGuest, guestForm, type GuestFormName } from './guest-form';
import type { GuestTable } from './guest-memory';

/**
 * A guest's tables, written `[{pa, entries: [[index, value], [index, value, count], …]}, …]`: with a
 * count so many entries in a row, each mapping the page after the one before.
 */
export function readGuestTables(list: JsonPlace, guest: GuestFormName): GuestTable[] {
  const { entryBytes } = compileGuest(guestForm(guest), {});
  return list.items().flatMap((table) => {
    const pa = readTableAddress(table.member('pa'));
    const entries = table
      .member('entries')
      .items()
      .flatMap((place) => readEntries(place, entryBytes));
    return pa === undefined ? [] : [{ pa, entries }];
  });
}

/** The schema of what {@link readGuestTables} reads. */
export const guestTablesSchema: JsonSchema = described(
  'the guest’s own tables, in its memory',
  listSchema({
    type: 'object',
    required: ['pa', 'entries'],
    properties: {
      pa: described('guest-physical address', frameSchema),
      entries: described(
        'index and value; a third number is how many entries follow, each a page further',
        listSchema({ type: 'array' }),
      ),
    },
  }),
);

function readEntries(place: JsonPlace, entryBytes: 4 | 8): [number, bigint][] {
  const [index, value, count] = place.items();
  if (!index || !value) {
    place.fail('a pair of index and value is expected');
    return [];
  }
  const entries = 4096 / entryBytes;
  const first = index.count(0, entries - 1);
  const word = value.word();
  if (first === undefined || word === undefined) return [];
  if (entryBytes === 4 && word >= 2n ** 32n) {
    value.fail('an entry of this guest has 4 bytes');
    return [];
  }
  const many = count ? (count.count(1, entries - first) ?? 1) : 1;
  const large = (word & 0x80n) !== 0n;
  const step = large ? (entryBytes === 4 ? 0x40_0000n : 0x20_0000n) : 0x1000n;
  return Array.from({ length: many }, (_, at): [number, bigint] => [
    first + at,
    word + step * BigInt(at),
  ]);
}
