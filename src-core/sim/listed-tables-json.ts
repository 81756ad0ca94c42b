import type { JsonPlace } from './json-place';
import type { ListedTable } from './table-memory';
import { entriesPerTable } from './table-page';

/** Bits of a physical address, x86: bits 51:12 of an entry. */
export const physicalBits = 52;

/** A table's address: a multiple of 4 KiB below 2^52. */
export function readTableAddress(place: JsonPlace): number | undefined {
  const pa = place.address(physicalBits);
  if (pa === undefined) return undefined;
  return place.expect(pa % 4096 === 0 ? pa : undefined, 'a multiple of 0x1000');
}

/** Tables written `[{pa, entries: [[index, value], …]}, …]`. */
export function readListedTables(place: JsonPlace): ListedTable[] {
  return place.items().flatMap((table) => {
    const pa = readTableAddress(table.member('pa'));
    const entries = table.member('entries').items().flatMap(readEntry);
    return pa === undefined ? [] : [{ pa, entries }];
  });
}

function readEntry(place: JsonPlace): [number, bigint][] {
  const [index, value] = place.items();
  if (!index || !value) {
    place.fail('a pair of index and value is expected');
    return [];
  }
  const at = index.count(0, entriesPerTable - 1);
  const word = value.word();
  return at === undefined || word === undefined ? [] : [[at, word]];
}
