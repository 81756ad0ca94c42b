import assert from 'node:assert/strict';

import { TextIndex } from '../../../src-core/text/index';
import { TraceReplay } from '../../../src-core/trace/replay';
import type { TableState } from '../../../src-core/trace/table-state';
import type { TraceTree } from '../../../src-core/trace/trace-tree';
import { Dice } from '../text/log-printer';
import { type Snapshot, TracedMachine } from './traced-machine';

interface Moment {
  /** Lines printed so far. */
  readonly lines: number;
  readonly asId: number;
  readonly root: bigint;
  readonly entries: Snapshot;
}

function run(seed: number, steps: number): { lines: string[]; moments: Moment[] } {
  const machine = new TracedMachine(new Dice(seed));
  const moments: Moment[] = [];
  for (let step = 0; step < steps; step++) {
    machine.step();
    for (const asId of [0, 1]) {
      const root = machine.rootPage(asId);
      const entries = machine.snapshot(asId);
      // A root that no line named an entry of is known by the line after it alone.
      if (root === undefined || entries.size === 0) continue;
      moments.push({ lines: machine.lines.length, asId, root, entries });
    }
  }
  return { lines: machine.lines, moments };
}

const told = (state: TableState, tree: TraceTree): Snapshot =>
  new Map(
    state.entries(tree).map(({ level, gfn, value }) => [`${level}/${gfn.toString(16)}`, value]),
  );

const newestOf = (replay: TraceReplay, line: number, asId: number): TraceTree | undefined =>
  replay.treesAt(line).find((tree) => tree.asId === asId);

describe('replay, against a machine that prints its own trace', () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`seed ${seed}: the tables as of any line`, () => {
      const { lines, moments } = run(seed, 400);
      const replay = TraceReplay.of(new TextIndex(lines.join('\n')));
      assert.deepEqual(replay.limits, { lost: [], gaps: [], unread: [], unplaced: [] });
      for (const { lines: count, asId, root, entries } of moments) {
        const tree = newestOf(replay, count - 1, asId)!;
        const state = replay.stateAt(count - 1);
        assert.equal(BigInt(tree.rootFrame!) << 12n, root, `line ${count}`);
        assert.deepEqual(sorted(told(state, tree)), sorted(entries), `line ${count}, as ${asId}`);
      }
    });

    it(`seed ${seed}: without its beginning, what is told is right and the rest unknown`, () => {
      const { lines, moments } = run(seed, 300);
      const cut = Math.floor(lines.length / 3);
      const replay = TraceReplay.of(new TextIndex(lines.slice(cut).join('\n')));
      let known = 0;
      for (const { lines: count, asId, entries } of moments) {
        if (count <= cut) continue;
        const tree = newestOf(replay, count - 1 - cut, asId);
        if (!tree || tree.obsoleteLine !== null) continue;
        for (const [place, value] of told(replay.stateAt(count - 1 - cut), tree)) {
          // A root torn down before any line of the new one is still the newest known.
          if (tree.createdLine !== null)
            assert.equal(value, entries.get(place), `${place}, line ${count}`);
          known++;
        }
      }
      assert.ok(known > 0);
    });

    it(`seed ${seed}: memory and list, differences and history say the same`, () => {
      const { lines } = run(seed, 200);
      const replay = TraceReplay.of(new TextIndex(lines.join('\n')));
      const line = lines.length - 1;
      const state = replay.stateAt(line);
      for (const tree of replay.treesAt(line).slice(0, 1)) {
        const { memory, root } = state.memory(tree);
        for (const { level, gfn, value } of state.entries(tree)) {
          assert.equal(memory.readWord(addressOf(memory, root, level, gfn), 8), value);
        }
      }
      const middle = Math.floor(line / 2);
      for (const { tree, level, gfn, old, value } of replay.changedBetween(middle, line)) {
        const history = replay.historyOf(tree.number, level, gfn!);
        assert.ok(
          history.some((change) => change.line > middle),
          'it changed in between',
        );
        assert.notEqual(old, value);
        for (const [index, change] of history.entries()) {
          assert.equal(change.previousLine === null, index === 0);
          assert.equal(change.nextLine === null, index === history.length - 1);
        }
      }
    });
  }
});

function sorted(snapshot: Snapshot): [string, bigint][] {
  return [...snapshot].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Where an entry stands, by walking down to its table. */
function addressOf(
  memory: { readWord(address: bigint, bytes: 8): bigint | undefined },
  root: bigint,
  level: number,
  gfn: bigint,
): bigint {
  let table = root;
  for (let at = 4; ; at--) {
    const index = (gfn >> BigInt(9 * (at - 1))) & 511n;
    const address = table + index * 8n;
    if (at === level) return address;
    table = memory.readWord(address, 8)! & 0xf_ffff_ffff_f000n;
  }
}
