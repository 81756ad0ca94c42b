import type { JsonPlace } from '../json-place';
import { described, tablesSchema } from '../machine-json';
import type { JsonSchema } from '../machine-plan';
import type { ListedTable } from '../table-memory';
import type { DescriptorSetting } from './descriptors';
import { hexNumber, type Stage2Geometry } from './geometry';
import { type PlacedTable, placeTables } from './placed-tables';

/** The tables a machine begins with, each where the root leads to it. */
export function readStage2Tables(
  list: JsonPlace,
  geometry: Stage2Geometry,
  setting: DescriptorSetting,
  root: number,
): readonly PlacedTable[] {
  const places = list.items();
  const listed = places.map((place) => readTable(place, geometry));
  if (list.problems.length > 0) return [];
  const { placed, misplaced } = placeTables(listed, geometry, setting, root);
  for (const { number, message } of misplaced) places[number]!.member('pa').fail(message);
  return placed;
}

function readTable(place: JsonPlace, { pageBytes, entriesPerTable }: Stage2Geometry): ListedTable {
  place.knowsOnly(['pa', 'entries']);
  const pa = place.member('pa').address(52) ?? 0;
  if (pa % pageBytes !== 0) place.member('pa').fail(`a multiple of ${hexNumber(pageBytes)}`);
  const entries = place
    .member('entries')
    .items()
    .flatMap((pair): [number, bigint][] => {
      const [index, value] = pair.items();
      const at = index?.count(0, entriesPerTable - 1);
      const word = value?.word();
      if (index && value) return at === undefined || word === undefined ? [] : [[at, word]];
      pair.fail('a pair of index and value is expected');
      return [];
    });
  return { pa, entries };
}

export const stage2TablesSchema: JsonSchema = described(
  'tables that are there from the start, the root’s among them',
  tablesSchema,
);
