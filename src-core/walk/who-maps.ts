import type { Permissions } from '../paging/format';
import { canonicalAddress } from '../paging/canonical';
import { type GatheredRights, leafPermissions, noRights, throughEntry } from './gathered-rights';
import { entriesOfTable, forEachEntry, leafPage } from './table-entries';
import type { TableGraph } from './table-graph';
import { walkKind } from './walk-kind';

/** One way in which a tree of tables names a place in physical memory. */
export interface PhysicalUse {
  /** A leaf maps it, an entry has its table there, or it is the root itself. */
  readonly kind: 'leaf' | 'table' | 'root';
  /** Level of the entry; of the table for the root. */
  readonly level: number;
  /** Byte address of the table that the entry stands in; of the root itself. */
  readonly table: bigint;
  readonly index: number;
  readonly entryAddress: bigint;
  /** `null` for the root. */
  readonly entry: bigint | null;
  /** Input addresses that go through it, in canonical form. */
  readonly first: bigint;
  readonly last: bigint;
  /** Over the whole walk, for leaves. */
  readonly permissions: Permissions | null;
}

export interface PhysicalUses {
  readonly uses: readonly PhysicalUse[];
  /** There are more ways than were listed. */
  readonly more: boolean;
}

/** An entry that names the place, in a table of the graph. */
interface Hit {
  readonly table: number;
  readonly index: number;
  readonly lo: number;
  readonly hi: number;
  readonly kind: 'leaf' | 'table';
}

const usualMost = 10_000;
const stretch = 16;

/**
 * Who uses a physical address: every leaf whose page it lies in, every entry whose table it lies
 * in, and the root. Ways through shared tables are told one by one.
 * @param most ways listed at most
 */
export function* whoMapsSteps(
  graph: TableGraph,
  physical: bigint,
  most = usualMost,
): Generator<void, PhysicalUses> {
  while (graph.advance(stretch)) yield;
  const address = Number(physical);
  const hits: Hit[] = [];
  for (let table = 0; table < graph.tables; table++) {
    hitsIn(graph, table, address, hits);
    if (table % stretch === stretch - 1) yield;
  }
  const uses: PhysicalUse[] = rootUse(graph, address);
  for (const hit of hits) {
    for (const use of usesOf(graph, hit)) {
      if (uses.length >= most) return { uses, more: true };
      uses.push(use);
    }
  }
  return { uses, more: false };
}

/** {@link whoMapsSteps} in one go. */
export function whoMaps(graph: TableGraph, physical: bigint, most = usualMost): PhysicalUses {
  const steps = whoMapsSteps(graph, physical, most);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function hitsIn(graph: TableGraph, table: number, address: number, hits: Hit[]): void {
  const { memory, compiled } = graph;
  const level = graph.level.at(table);
  const rule = compiled.rules[level - 1]!;
  const pageBytes = 2 ** rule.shift;
  forEachEntry(memory, compiled, graph.address.at(table), level, (index, lo, hi) => {
    if (walkKind(rule, lo, hi) !== 'leaf') return;
    const page = leafPage(compiled, level, lo, hi);
    if (address >= page && address < page + pageBytes) {
      hits.push({ table, index, lo, hi, kind: 'leaf' });
    }
  });
  if (level === 1) return;
  const tableBytes = entriesOfTable(compiled, level - 1) * compiled.entryBytes;
  const end = graph.firstEntry.at(table + 1);
  for (let entry = graph.firstEntry.at(table); entry < end; entry++) {
    const target = graph.target(entry);
    if (address < target || address >= target + tableBytes) continue;
    hits.push({ table, index: graph.index.at(entry), lo: 0, hi: 0, kind: 'table' });
  }
}

function rootUse(graph: TableGraph, address: number): PhysicalUse[] {
  const { compiled } = graph;
  const root = graph.address.at(0);
  const level = graph.level.at(0);
  const bytes = entriesOfTable(compiled, level) * compiled.entryBytes;
  if (address < root || address >= root + bytes) return [];
  const table = BigInt(root);
  return [
    {
      kind: 'root',
      level,
      table,
      index: 0,
      entryAddress: table,
      entry: null,
      first: 0n,
      last: (1n << BigInt(compiled.addressBits)) - 1n,
      permissions: null,
    },
  ];
}

/** Every way from the root through an entry, with what it translates. */
function* usesOf(graph: TableGraph, hit: Hit): Generator<PhysicalUse> {
  const { memory, compiled } = graph;
  const level = graph.level.at(hit.table);
  const { shift } = compiled.rules[level - 1]!;
  const table = BigInt(graph.address.at(hit.table));
  const entryAddress = table + BigInt(hit.index * compiled.entryBytes);
  for (const way of waysTo(graph, hit.table)) {
    const first = canonicalAddress(compiled, way.input + (BigInt(hit.index) << BigInt(shift)));
    yield {
      kind: hit.kind,
      level,
      table,
      index: hit.index,
      entryAddress,
      entry: memory.readWord(entryAddress, compiled.entryBytes) ?? null,
      first,
      last: first + (1n << BigInt(shift)) - 1n,
      permissions:
        hit.kind === 'leaf' ? leafPermissions(compiled, level, way.rights, hit.lo, hit.hi) : null,
    };
  }
}

/** A way from the root to a table: the first input address that it translates, and the rights so far. */
interface Way {
  /** As the tables count addresses, from 0. */
  readonly input: bigint;
  readonly rights: GatheredRights;
}

function* waysTo(graph: TableGraph, table: number): Generator<Way> {
  if (table === 0) {
    yield { input: 0n, rights: noRights };
    return;
  }
  for (const entry of graph.incoming(table)) {
    const parent = graph.parent.at(entry);
    const { shift } = graph.compiled.rules[graph.level.at(parent) - 1]!;
    const offset = BigInt(graph.index.at(entry)) << BigInt(shift);
    for (const { input, rights } of waysTo(graph, parent)) {
      yield { input: input + offset, rights: throughEntry(graph, entry, rights) };
    }
  }
}
