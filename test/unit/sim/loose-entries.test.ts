import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { scenarioFromMemory } from '../../../src-core/sim/from-memory';
import { TextIndex } from '../../../src-core/text/index';
import { TraceReplay } from '../../../src-core/trace/replay';
import { scenario, sessionOf } from './small-machine';

/** Linux 6.12: bit 11 says that KVM takes an entry for present, bit 7 that it maps a page above level 1. */
const isPresent = (value: bigint): boolean => (value & 0x800n) !== 0n;
const isLeaf = (value: bigint, level: number): boolean =>
  isPresent(value) && (level === 1 || (value & 0x80n) !== 0n);

describe('a trace that began in the middle', () => {
  const index = new TextIndex(readFileSync('samples/ept-6.12.kvmtrace', 'utf8'), '');
  const replay = TraceReplay.of(index);

  for (const line of [100, 200, 300, index.lineCount - 1]) {
    it(`line ${line + 1}: every entry that a line told is where its GFN leads`, () => {
      const [tree] = replay.treesAt(line);
      const state = replay.stateAt(line);
      const told = state.entries(tree!);
      const { memory, rootUnknown, levels } = state.memory(tree!);
      assert.ok(rootUnknown);
      const loose = told.map(({ level, gfn, value }) => ({ level, gfn: Number(gfn), value }));
      const made = scenarioFromMemory({
        memory,
        format: 'ept-noad',
        levels,
        kernel: '6.12',
        cpu: {},
        roots: [{ pa: 0, asId: 0, loose }],
        source: '',
        assumed: [],
      });
      if ('problem' in made) assert.fail(made.problem);
      const { machine } = sessionOf(scenario(made.json));
      const [root] = machine.rootsOf(0, 'valid');
      const leaves = loose.filter(({ level, value }) => isLeaf(value, level));
      assert.ok(leaves.length > 0);
      for (const { level, gfn, value } of leaves) {
        const found = machine.lookup(root!, gfn);
        assert.deepEqual([found.level, found.spte], [level, value], `GFN ${gfn.toString(16)}`);
      }
      const { mappings_4k, mappings_2m } = machine.report().counters;
      const count = (level: number) => leaves.filter((leaf) => leaf.level === level).length;
      assert.deepEqual([mappings_4k, mappings_2m], [count(1), count(2)]);
      // Addresses are no two tables', and no page's.
      const addresses = [...machine.pages.all()].map(({ table }) => table.pa);
      assert.equal(new Set(addresses).size, addresses.length);
    });
  }
});
