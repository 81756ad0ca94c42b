import assert from 'node:assert/strict';

import type { Stage2Machine } from '../../../../../src-core/sim/stage2/stage2-machine';
import type { PlainLeaf, PlainStage2 } from './plain-stage2';

/** What the tables say by their raw bits; no predicate of the program is asked. */
export interface Stage2Census {
  readonly leaves: Map<number, PlainLeaf>;
  /** Addresses of tables below the root, each as often as it is reached. */
  readonly reached: number[];
  readonly complaints: string[];
}

/** Shifts of the facts, section 1: `stride * (4 - level) + 3`. */
const strides: Readonly<Record<string, number>> = { '4K': 9, '16K': 11, '64K': 13 };

export function takeStage2Census(machine: Stage2Machine): Stage2Census {
  const { layout, descriptors } = machine.setup;
  const stride = strides[layout.granule.name]!;
  const pageShift = stride + 3;
  const entries = 2 ** stride;
  const leaves = new Map<number, PlainLeaf>();
  const reached: number[] = [];
  const complaints: string[] = [];

  /** Section 5.2: bits 47:ps; 51:48 in 15:12 with 64K; with LPA2 49:ps and 51:50 in 9:8. */
  const address = (lo: number, hi: number): number => {
    const low = (lo - (lo % 2 ** pageShift)) % 2 ** 32;
    if (pageShift === 16) return (hi & 0xffff) * 2 ** 32 + low + ((lo >>> 12) & 0xf) * 2 ** 48;
    if (!descriptors.lpa2) return (hi & 0xffff) * 2 ** 32 + low;
    return (hi & 0x3ffff) * 2 ** 32 + low + ((lo >>> 8) & 3) * 2 ** 50;
  };

  const count = (pa: number, level: number, base: number, isRoot: boolean): void => {
    const table = machine.tables.get(pa);
    if (!table) {
      complaints.push(`table 0x${pa.toString(16)} is used after it was freed`);
      return;
    }
    if (!isRoot) reached.push(pa);
    const { words } = table.page;
    const covered = 2 ** (stride * (4 - level) + 3 - pageShift);
    let references = 1;
    for (let index = 0; index < entries; index++) {
      const lo = words[2 * index]!;
      const hi = words[2 * index + 1]!;
      if (lo === 0 && hi === 0) continue;
      references++;
      const page = base + index * covered;
      if ((lo & 1) === 0) {
        const owner = hi >>> 28 === 2 ? (lo >>> 1) & 7 : hi === 0 ? (lo >>> 2) & 0xff : -1;
        if (level !== 3 || (owner & ~3) !== 0 || (lo === 0x400 && hi === 0)) {
          complaints.push(
            `0x${pa.toString(16)}[${index}] holds ${hi.toString(16)} ${lo.toString(16)}`,
          );
        }
        leaves.set(page, {
          pages: 1,
          frame: null,
          read: false,
          write: false,
          execute: false,
          kind: owner,
          young: false,
        });
      } else if (level < 3 && (lo & 2) !== 0) {
        count(address(lo, hi), level + 1, page, false);
      } else {
        if ((lo & 2) === 0 && level === 3) complaints.push('01 at level 3');
        const frame = address(lo, hi) / 2 ** pageShift;
        if (frame % covered !== 0) complaints.push(`block address bits at 0x${pa.toString(16)}`);
        leaves.set(page, {
          pages: covered,
          frame,
          read: (lo & 0x40) !== 0,
          write: (lo & 0x80) !== 0,
          execute: (hi & 0x40_0000) === 0,
          kind: (lo >>> 2) & 0xf,
          young: (lo & 0x400) !== 0,
        });
      }
    }
    if (table.count !== references) {
      complaints.push(`0x${pa.toString(16)} has ${table.count} references, not ${references}`);
    }
  };

  const perTable = entries * 2 ** (stride * (4 - layout.entryLevel) + 3 - pageShift);
  machine.tables.root.forEach(({ pa }, page) => {
    count(pa, layout.entryLevel, page * perTable, true);
  });
  return { leaves, reached, complaints };
}

/** No table is shared, leaked or used after it was freed; references and counters are a recount. */
export function assertStage2Whole(
  machine: Stage2Machine,
  { leaves, reached, complaints }: Stage2Census,
  what: string,
): void {
  assert.equal(machine.stopped, null, what);
  assert.deepEqual(complaints, [], what);
  assert.equal(new Set(reached).size, reached.length, `shared table: ${what}`);
  const held = [...machine.tables.all()].length - machine.tables.root.length;
  assert.equal(held, reached.length, `leaked table: ${what}`);
  const counters = machine.counters.values();
  assert.equal(counters.tables, reached.length, what);
  let mapped = 0;
  for (const { frame } of leaves.values()) if (frame !== null) mapped++;
  assert.equal(counters.pages + counters.blocks1 + counters.blocks2, mapped, what);
  assert.equal(counters.annotations, leaves.size - mapped, what);
  assert.equal(machine.lock.mode, 'none', what);
  assert.equal(machine.tables.queue.size, 0, what);
  assert.equal(machine.state.readers, 0, what);
}

const members = ['pages', 'frame', 'read', 'write', 'execute', 'kind', 'young'] as const;

/** Every leaf of the one is the other's. */
export function assertSameLeaves(census: Stage2Census, plain: PlainStage2, what: string): void {
  for (const [page, expected] of plain.leaves) {
    const found = census.leaves.get(page);
    const differs = !found || members.some((member) => found[member] !== expected[member]);
    if (differs) assert.deepEqual({ page, leaf: found }, { page, leaf: expected }, what);
  }
  if (census.leaves.size !== plain.leaves.size) {
    const more = [...census.leaves].find(([page]) => !plain.leaves.has(page));
    assert.fail(`0x${more?.[0].toString(16) ?? ''} is mapped, but should not be: ${what}`);
  }
}
