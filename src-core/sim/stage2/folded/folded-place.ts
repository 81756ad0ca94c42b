import { formatWord } from '../../../word';
import type { WalkerField, WalkerState } from '../../walker-state';
import { hexNumber } from '../geometry';
import type { Stage2Machine } from '../stage2-machine';
import type { Stage2Table } from '../stage2-table';
import { levelTests, type Stage } from './stages';

/** An entry, by the table it stands in. */
export interface EntryPlace {
  readonly table: Stage2Table;
  readonly index: number;
}

/** The root's entry for an address: `stage2_pgd_index()`, one index over all its tables. */
export function rootPlace({ geometry, tables }: Stage2Machine, address: number): EntryPlace {
  const table = tables.root[geometry.rootPage(address)]!;
  return { table, index: geometry.index(address, geometry.startLevel) };
}

/** Where a loop of the 2018 walks stands. */
export interface FoldedPlace {
  readonly call: string;
  readonly stage: Stage;
  readonly place: EntryPlace;
  readonly address: number;
  readonly next: number;
  readonly end: number;
}

/** The same at one moment, as it is shown. */
export class FoldedState implements WalkerState {
  readonly memory = 'host';
  readonly path: readonly number[];
  readonly value: bigint;
  private readonly count: number;

  constructor(
    private readonly machine: Stage2Machine,
    private readonly at: FoldedPlace,
    path: readonly Stage2Table[],
  ) {
    const { table, index } = at.place;
    this.path = path.map(({ pa }) => pa).reverse();
    this.value = machine.tables.entry(table, index);
    this.count = table.count;
  }

  get struct(): string {
    return this.at.call;
  }

  get table(): number {
    return this.at.place.table.pa;
  }

  get index(): number {
    return this.at.place.index;
  }

  get level(): number {
    return this.at.place.table.level;
  }

  get gfn(): number {
    const { geometry } = this.machine;
    return geometry.frame(geometry.alignDown(this.at.address, this.level));
  }

  get fields(): readonly WalkerField[] {
    const { stage, place, address, next, end } = this.at;
    const { setup, geometry } = this.machine;
    const plain = (name: string, value: string): WalkerField => ({ name, value, table: null });
    const folded = stage.level === null ? ' (folded: the entry above)' : '';
    const rootIndex = geometry.rootPage(address) * geometry.entriesPerTable;
    return [
      {
        name: stage.name,
        value: hexNumber(place.table.addressOf(place.index)) + folded,
        table: place.table.pa,
      },
      plain(`*${stage.name}`, formatWord(this.value)),
      plain('addr', hexNumber(address)),
      plain('next', hexNumber(next)),
      plain('end', hexNumber(end)),
      plain('stage2_pgd_index', String(rootIndex + geometry.index(address, geometry.startLevel))),
      ...levelTests(setup).map(([name, answer]) => plain(name, String(answer))),
      plain('page_count', String(this.count)),
    ];
  }
}
