import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { TextIndex } from '../../../src-core/text/index';
import { TraceReplay } from '../../../src-core/trace/replay';
import { fixturePlace, sharedPlace } from '../../golden/places';

const captures = sharedPlace('captures', 'x86') ?? fixturePlace('logs');

interface TablePage {
  readonly hpa: string;
  readonly level: number;
  readonly file_offset: number;
}

/** Accessed and dirty of x86-64 (5, 6) and of EPT (8, 9): CPUs set them, no line tells. */
const cpuBits = 0x360n;
const isEmpty = (word: bigint): boolean => word === 0n || word === 1n << 63n;

interface Comparison {
  agreeing: number;
  agreeingEmpty: number;
  unknown: number;
  unknownEmpty: number;
  /** Entries whose trace value is another: address, captured, traced. */
  readonly differing: [bigint, bigint, bigint][];
}

/** Words of the captured table pages, held against what a trace's roots say at its end. */
function compare(folder: string, trace: string): { replay: TraceReplay; found: Comparison } {
  const index = new TextIndex(readFileSync(path.join(folder, trace)), trace);
  const replay = TraceReplay.of(index);
  const state = replay.stateAt(index.lineCount - 1);
  const memories = replay.treesAt(index.lineCount).map((tree) => state.memory(tree).memory);
  const { pages } = JSON.parse(readFileSync(path.join(folder, 'tables.json'), 'utf8')) as {
    pages: TablePage[];
  };
  const bytes = readFileSync(path.join(folder, 'tables.bin'));
  const found: Comparison = {
    agreeing: 0,
    agreeingEmpty: 0,
    unknown: 0,
    unknownEmpty: 0,
    differing: [],
  };
  for (const { hpa, file_offset: offset } of pages) {
    for (let index = 0; index < 512; index++) {
      const captured = bytes.readBigUInt64LE(offset + 8 * index);
      const address = BigInt(hpa) + BigInt(8 * index);
      const traced = memories
        .map((memory) => memory.readWord(address, 8))
        .find((word) => word !== undefined);
      const empty = isEmpty(captured);
      if (traced === undefined) found[empty ? 'unknownEmpty' : 'unknown']++;
      else if (((captured ^ traced) & ~cpuBits) === 0n)
        found[empty ? 'agreeingEmpty' : 'agreeing']++;
      else found.differing.push([address, captured, traced]);
    }
  }
  return { replay, found };
}

/** How many entries are not empty in the captured tables, and what is known of the trace. */
interface Expected {
  readonly agreeing: number;
  readonly unknown?: number;
  /** Every difference must be one of these, as many as said. */
  readonly differing?: readonly {
    readonly count: number;
    readonly why: string;
    readonly is: (captured: bigint, traced: bigint) => boolean;
  }[];
}

const write = 2n;
/** KVM's own writable bits of 64-bit entries: MMU-writable at 9 or 10, host-writable at 9; from v5.13 on 9 and 10. */
const software = 0xe00n;

const writeProtected = (count: number) => ({
  count,
  why: 'write protection by the shadow MMU (dirty log, shadowed tables) has no event',
  is: (captured: bigint, traced: bigint) =>
    ((captured ^ traced) & ~(cpuBits | write | software)) === 0n &&
    (captured & write) === 0n &&
    (traced & write) !== 0n,
});
const zapped = (count: number) => ({
  count,
  why: 'zapping through the reverse map has no event in the shadow MMU',
  is: (captured: bigint) => isEmpty(captured),
});

/**
 * Runs of the TDP MMU: every non-empty entry and every empty one must agree. Runs of the shadow MMU
 * (and of 5.10, whose TDP MMU is off): leaves that `kvm_mmu_set_spte` told, the rest unknown.
 */
const expected: Readonly<Record<string, Expected>> = {
  'corrupt-6.12': {
    agreeing: 46,
    differing: [
      {
        count: 1,
        why: 'spoilt on purpose in memory, behind the kernel’s back',
        is: (captured, traced) => (captured ^ traced) === 1n << 51n,
      },
    ],
  },
  'ept-6.1': { agreeing: 705 },
  'ept-6.12': { agreeing: 701 },
  'ept-7.2': { agreeing: 699 },
  'npt-6.1': { agreeing: 1210 },
  'npt-6.12': { agreeing: 699 },
  'npt-7.2': { agreeing: 687 },
  'perf-6.1': { agreeing: 47 },
  'ptdump-6.12': { agreeing: 47 },
  'npt-5.10': { agreeing: 173, unknown: 26, differing: [writeProtected(28), zapped(6)] },
  'sh32-6.1': { agreeing: 90, unknown: 18, differing: [writeProtected(17), zapped(2)] },
  'sh64-6.12': { agreeing: 99, unknown: 27, differing: [writeProtected(18), zapped(2)] },
  'shpae-7.2': { agreeing: 89, unknown: 18, differing: [writeProtected(14), zapped(3)] },
};

describe('traces of captures, replayed to their end, against the captured table pages', () => {
  for (const [run, wanted] of Object.entries(expected)) {
    const folder = path.join(captures, run);
    if (!existsSync(folder)) continue;
    it(`${run}: ${wanted.agreeing} entries agree`, () => {
      const { replay, found } = compare(folder, 'trace.txt');
      for (const [address, captured, traced] of found.differing) {
        assert.ok(
          wanted.differing?.some(({ is }) => is(captured, traced)),
          `0x${address.toString(16)}: captured 0x${captured.toString(16)}, traced 0x${traced.toString(16)}`,
        );
      }
      for (const { count, is, why } of wanted.differing ?? []) {
        const some = found.differing.filter(([, captured, traced]) => is(captured, traced));
        assert.equal(some.length, count, why);
      }
      assert.deepEqual([found.agreeing, found.unknown], [wanted.agreeing, wanted.unknown ?? 0]);
      assert.deepEqual([replay.limits.unread, replay.limits.lost], [[], []]);
      const { namedBy } = replay.trees[0]!;
      if (namedBy === 'gfn') {
        assert.equal(found.unknownEmpty, 0, 'what is empty is known to be');
        assert.deepEqual([replay.limits.gaps, replay.limits.unplaced], [[], []]);
      } else assert.equal(found.agreeingEmpty, 0, 'nothing tells that an entry is empty');
    });
  }

  const perf = path.join(captures, 'perf-6.1');
  if (existsSync(perf)) {
    it('perf-6.1: perf’s text of the same run gives the same tables', () => {
      const { found } = compare(perf, 'perf-script.txt');
      const pages = found.agreeing + found.unknown;
      assert.deepEqual(found.differing, []);
      // perf tells no root address: the root's own entries stand at a stand-in.
      assert.equal(pages, 47);
      assert.ok(found.agreeing >= 45);
    });
  }

  for (const run of ['npt-la57-6.1', 'l2linux-6.12']) {
    const folder = path.join(captures, run);
    if (!existsSync(path.join(folder, 'trace-tail.txt'))) continue;
    it(`${run}: of a trace cut in the middle nothing wrong is said about what is left`, () => {
      const { found } = compare(folder, 'trace-tail.txt');
      assert.deepEqual(found.differing, []);
      assert.ok(found.agreeing > 0 && found.unknown > 0);
      const { found: head } = compare(folder, 'trace.txt');
      assert.deepEqual(head.differing, [], 'the first part tells of a root that is gone');
    });
  }

  it('no capture with a trace is left out', () => {
    const cut = ['npt-la57-6.1', 'l2linux-6.12'];
    const runs = readdirSync(captures).filter((run) =>
      existsSync(path.join(captures, run, 'trace.txt')),
    );
    assert.deepEqual(
      runs.filter((run) => !(run in expected) && !cut.includes(run)),
      [],
    );
  });
});
