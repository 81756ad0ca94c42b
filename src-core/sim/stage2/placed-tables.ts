import type { ListedTable } from '../table-memory';
import { Descriptors, type DescriptorSetting } from './descriptors';
import type { Stage2Geometry } from './geometry';

/** A table that is there from the start, where the root leads to it. */
export interface PlacedTable extends ListedTable {
  /** As the architecture counts. */
  readonly level: number;
  /** First input address its entries cover. */
  readonly start: number;
}

/** Listed tables that make no tree. */
export interface MisplacedTable {
  /** Its place in the list. */
  readonly number: number;
  readonly message: string;
}

/**
 * Finds what level and address each listed table is for, from the root's tables down.
 * @returns tables upper levels first; and those that nothing leads to, or more than one entry
 */
export function placeTables(
  listed: readonly ListedTable[],
  geometry: Stage2Geometry,
  setting: DescriptorSetting,
  root: number,
): { placed: PlacedTable[]; misplaced: MisplacedTable[] } {
  const descriptors = new Descriptors(setting);
  const numbers = new Map(listed.map(({ pa }, number) => [pa, number]));
  const misplaced: MisplacedTable[] = [];
  const placed = new Map<number, PlacedTable>();
  const place = (pa: number, level: number, start: number): void => {
    const number = numbers.get(pa);
    if (number === undefined) return;
    if (placed.has(pa)) {
      misplaced.push({ number, message: 'more than one entry leads to this table' });
      return;
    }
    placed.set(pa, { ...listed[number]!, level, start });
  };
  const covered = geometry.entriesPerTable * geometry.size(geometry.startLevel);
  for (let page = 0; page < geometry.rootPages; page++) {
    place(root + page * geometry.pageBytes, geometry.startLevel, page * covered);
  }
  // Tables that are placed on the way come to the end of the map, and are gone through too.
  for (const { entries, level, start } of placed.values()) {
    for (const [index, value] of entries) {
      if (!descriptors.isTable(value, level)) continue;
      place(descriptors.address(value), level + 1, start + index * geometry.size(level));
    }
  }
  listed.forEach(({ pa }, number) => {
    if (numbers.get(pa) !== number)
      misplaced.push({ number, message: 'this table is there twice' });
    else if (!placed.has(pa)) misplaced.push({ number, message: 'no entry leads to this table' });
  });
  return { placed: [...placed.values()], misplaced };
}
