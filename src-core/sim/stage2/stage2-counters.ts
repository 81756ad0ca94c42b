import type { Journal } from '../journal';

/** What a stage-2 machine counts, and how each is told. */
export const stage2CounterTitles = {
  pages: 'leaves of the smallest size',
  blocks2: 'blocks at level 2',
  blocks1: 'blocks at level 1',
  tables: 'tables in use, without the root',
  faults: 'aborts taken from the guest',
  tlbi: 'TLB invalidations',
  tlbiRange: '… of whole ranges or VMIDs',
  cacheCleans: 'leaves whose caches were cleaned',
  annotations: 'entries that are invalid but say something',
} as const;

export type Stage2CounterName = keyof typeof stage2CounterTitles;

export const stage2CounterNames = Object.keys(stage2CounterTitles) as Stage2CounterName[];

/** Counters that go back with the journal. */
export class Stage2Counters {
  readonly #cells = new Uint32Array(stage2CounterNames.length);

  constructor(readonly journal: Journal) {}

  get(name: Stage2CounterName): number {
    return this.#cells[stage2CounterNames.indexOf(name)]! | 0;
  }

  add(name: Stage2CounterName, amount: number): void {
    const position = stage2CounterNames.indexOf(name);
    this.journal.set(this.#cells, position, (this.get(name) + amount) >>> 0);
  }

  values(): Readonly<Record<Stage2CounterName, number>> {
    return Object.fromEntries(stage2CounterNames.map((name) => [name, this.get(name)])) as Readonly<
      Record<Stage2CounterName, number>
    >;
  }
}

/** Counters by the command line's names. */
export function stage2CountersJson(counters: Stage2Counters): Readonly<Record<string, number>> {
  return {
    pages: counters.get('pages'),
    blocks_l2: counters.get('blocks2'),
    blocks_l1: counters.get('blocks1'),
    tables: counters.get('tables'),
    aborts: counters.get('faults'),
    tlbi: counters.get('tlbi'),
    tlbi_range: counters.get('tlbiRange'),
    cache_cleans: counters.get('cacheCleans'),
    annotations: counters.get('annotations'),
  };
}
