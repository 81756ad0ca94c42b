import { formatWord } from '../../word';
import type { WalkerField, WalkerState } from '../walker-state';
import { hexNumber } from './geometry';
import type { Stage2Table } from './stage2-table';
import type { Visit, WalkFlag } from './walk-flags';

/** What a callback is given: `struct kvm_pgtable_visit_ctx`, by its fields' names. */
export interface VisitContext {
  readonly table: Stage2Table;
  readonly index: number;
  /** The entry as it was read, once. */
  readonly old: bigint;
  readonly start: number;
  /** May lie inside the entry, at the first one. */
  readonly addr: number;
  readonly end: number;
  readonly level: number;
  readonly flags: ReadonlySet<WalkFlag>;
  /** What a walk over a table that is not linked yet adds for the table's real addresses. */
  readonly base: number;
}

/** A walk at one moment, as it is shown. Fields are written when somebody looks. */
export class VisitState implements WalkerState {
  readonly struct = 'kvm_pgtable_visit_ctx';
  readonly memory = 'host';
  readonly path: readonly number[];
  private readonly count: number;

  /** @param tables on the path, the root's first */
  constructor(
    private readonly context: VisitContext,
    private readonly visit: Visit | null,
    tables: readonly Stage2Table[],
    readonly gfn: number,
  ) {
    this.path = tables.map(({ pa }) => pa).reverse();
    this.count = context.table.count;
  }

  get table(): number {
    return this.context.table.pa;
  }

  get index(): number {
    return this.context.index;
  }

  get level(): number {
    return this.context.level;
  }

  get value(): bigint {
    return this.context.old;
  }

  get fields(): readonly WalkerField[] {
    const { table, index, old, start, addr, end, level, flags } = this.context;
    const plain = (name: string, value: string): WalkerField => ({ name, value, table: null });
    return [
      plain('visit', this.visit ?? '-'),
      { name: 'ptep', value: hexNumber(table.addressOf(index)), table: table.pa },
      plain('old', formatWord(old)),
      plain('start', hexNumber(start)),
      plain('addr', hexNumber(addr)),
      plain('end', hexNumber(end)),
      plain('level', String(level)),
      plain('idx', String(index)),
      plain('flags', [...flags].join(' | ')),
      plain('page_count', String(this.count)),
    ];
  }
}
