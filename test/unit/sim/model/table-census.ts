import assert from 'node:assert/strict';

import type { Machine } from '../../../../src-core/sim/machine';

/** A leaf as the words of the tables have it. */
export interface CountedLeaf {
  readonly gfn: number;
  readonly level: number;
  readonly pfn: number;
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
}

export interface TableCensus {
  readonly leaves: Map<number, CountedLeaf[]>;
  readonly leavesByLevel: number[];
  /** Addresses of all tables that hang below roots, each as often as it is reached. */
  readonly reached: number[];
  /** Entries that are neither present, nor MMIO, nor fresh. */
  readonly leftovers: string[];
}

/** How presence is told, by kernel: from the facts, section 12. */
export interface CensusRules {
  readonly ept: boolean;
  /** Kernel as major * 100 + minor. */
  readonly kernel: number;
}

const addressOf = (lo: number, hi: number): number =>
  (hi & 0xfffff) * 0x1_0000_0000 + ((lo & 0xfffff000) >>> 0);

/** Counts what the tables say by their raw bits; no predicate of the program is asked. */
export function takeCensus(machine: Machine, rules: CensusRules): TableCensus {
  const leaves = new Map<number, CountedLeaf[]>();
  const leavesByLevel = [0, 0, 0, 0, 0, 0];
  const reached: number[] = [];
  const leftovers: string[] = [];
  const fresh = rules.kernel >= 610 ? 0x8000_0000 : 0;

  const isMmio = (lo: number, hi: number): boolean => {
    if (rules.kernel < 513) return (hi & 0x30_0000) === 0x30_0000;
    if (rules.ept) return (lo & 7) === 6 && (rules.kernel < 610 || hi >>> 31 === 0);
    return (lo & 1) === 1 && (hi & 0x8_0000) !== 0;
  };
  const isPresent = (lo: number, hi: number): boolean =>
    rules.kernel >= 513
      ? (lo & 0x800) !== 0
      : (lo !== 0 || hi !== 0) && !isMmio(lo, hi) && !(lo === 0 && hi === 0x800_0000);

  const count = (pa: number, level: number, base: number, list: CountedLeaf[]): void => {
    reached.push(pa);
    const page = machine.pages.get(pa);
    if (!page) {
      leftovers.push(`table ${pa.toString(16)} is used after it was freed`);
      return;
    }
    const { words } = page.table;
    for (let index = 0; index < 512; index++) {
      const lo = words[2 * index]!;
      const hi = words[2 * index + 1]!;
      if (lo === 0 && hi === fresh) continue;
      const gfn = base + index * 512 ** (level - 1);
      if (!isPresent(lo, hi)) {
        if (!isMmio(lo, hi)) leftovers.push(`${pa.toString(16)}[${index}]`);
      } else if (level > 1 && (lo & 0x80) === 0) {
        count(addressOf(lo, hi), level - 1, gfn, list);
      } else {
        leavesByLevel[level]!++;
        // KVM never sets bit 7 (PAT outside EPT) in a small leaf.
        if (level === 1 && (lo & 0x80) !== 0) leftovers.push(`${pa.toString(16)}[${index}] bit 7`);
        list.push({
          gfn,
          level,
          pfn: addressOf(lo, hi) / 4096,
          read: (lo & 1) !== 0,
          write: (lo & 2) !== 0,
          execute: rules.ept ? (lo & 4) !== 0 : hi >>> 31 === 0,
        });
      }
    }
  };

  for (const root of machine.rootsOf(null, 'all')) {
    const list: CountedLeaf[] = leaves.get(root.asId) ?? [];
    leaves.set(root.asId, list);
    count(root.table.pa, machine.setup.levels, 0, list);
  }
  return { leaves, leavesByLevel, reached, leftovers };
}

/** No table is shared, leaked or used after it was freed; what is counted is what is there. */
export function assertWhole(machine: Machine, census: TableCensus, what: string): void {
  const { counters, pages } = machine;
  assert.equal(machine.stopped, null, what);
  assert.deepEqual(
    [counters.get('mappings4k'), counters.get('mappings2m'), counters.get('mappings1g')],
    census.leavesByLevel.slice(1, 4),
    `counters after ${what}`,
  );
  assert.deepEqual(census.leftovers, [], what);
  assert.equal(new Set(census.reached).size, census.reached.length, `shared table: ${what}`);
  assert.equal(pages.size, census.reached.length, `leaked table: ${what}`);
  assert.equal(pages.memory.size, census.reached.length, what);
  assert.equal(counters.get('mmuPages'), census.reached.length, what);
  const tracked = [...pages.all()].filter(({ nxTracked }) => nxTracked);
  assert.equal(counters.get('nxSplits'), tracked.length, what);
  assert.equal(machine.lock.mode, 'none', what);
  assert.equal(pages.queued.length, 0, what);
}
