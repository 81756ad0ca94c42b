import type { CompiledFormat, Permissions } from '../paging/format';
import { cyclicChild, type TableGraph } from './table-graph';

/** Bits that a walk has gathered from the entries above a table: see `LevelRule`. */
export interface GatheredRights {
  readonly andLo: number;
  readonly andHi: number;
  readonly orLo: number;
  readonly orHi: number;
}

/** More ways to a table than this, each with other rights, are not told apart. */
const mostWays = 16;
/** Tables looked at between two pauses. */
const stretch = 64;

/** At the root: everything granted, nothing taken away. */
export const noRights: GatheredRights = { andLo: -1, andHi: -1, orLo: 0, orHi: 0 };

/** The rights left below an entry that points at a table. */
export function throughEntry(
  graph: TableGraph,
  entry: number,
  above: GatheredRights,
): GatheredRights {
  const { lo, hi } = graph.halves(entry);
  const rule = graph.compiled.rules[graph.level.at(graph.parent.at(entry)) - 1]!;
  return {
    andLo: above.andLo & (lo | ~rule.tableAndLo),
    andHi: above.andHi & (hi | ~rule.tableAndHi),
    orLo: above.orLo | (lo & rule.tableOrLo),
    orHi: above.orHi | (hi & rule.tableOrHi),
  };
}

/** What a leaf grants in the end. */
export function leafPermissions(
  { rules, format, shape }: CompiledFormat,
  level: number,
  above: GatheredRights,
  lo: number,
  hi: number,
): Permissions {
  const rule = rules[level - 1]!;
  return format.permissions(
    above.andLo & (lo | ~rule.leafAndLo),
    above.andHi & (hi | ~rule.leafAndHi),
    above.orLo | (lo & rule.leafOrLo),
    above.orHi | (hi & rule.leafOrHi),
    shape.cpu,
  );
}

/**
 * The rights that walks have gathered when they come to each table: one set for each way that
 * differs. Sets are numbers in `sets`.
 */
export class RightsAbove {
  readonly sets: GatheredRights[] = [noRights];
  private readonly byTable: number[][];

  constructor(private readonly graph: TableGraph) {
    this.byTable = Array.from({ length: graph.tables }, () => []);
    this.byTable[0]!.push(0);
  }

  /** From the root down: what a table has gathered is known before it hands it on. */
  *gather(): Generator<void> {
    const { graph } = this;
    for (let level = graph.compiled.rules.length; level > 1; level--) {
      for (let table = 0; table < graph.tables; table++) {
        if (graph.level.at(table) === level) this.handOn(table);
        if (table % stretch === stretch - 1) yield;
      }
    }
  }

  /** Numbers of the sets with which walks come to a table. */
  of(table: number): readonly number[] {
    return this.byTable[table]!;
  }

  private handOn(table: number): void {
    const { graph } = this;
    const end = graph.firstEntry.at(table + 1);
    for (let entry = graph.firstEntry.at(table); entry < end; entry++) {
      const child = graph.child.at(entry);
      if (child >= cyclicChild) continue;
      for (const way of this.byTable[table]!) {
        this.enter(child, throughEntry(graph, entry, this.sets[way]!));
      }
    }
  }

  private enter(table: number, rights: GatheredRights): void {
    const known = this.sets.findIndex((set) => equal(set, rights));
    const number = known >= 0 ? known : this.sets.push(rights) - 1;
    const ways = this.byTable[table]!;
    if (!ways.includes(number) && ways.length < mostWays) ways.push(number);
  }
}

function equal(one: GatheredRights, other: GatheredRights): boolean {
  return (
    one.andLo === other.andLo &&
    one.andHi === other.andHi &&
    one.orLo === other.orLo &&
    one.orHi === other.orHi
  );
}
