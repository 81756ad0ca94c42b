import assert from 'node:assert/strict';
import fc from 'fast-check';

import {
  arm64Shape,
  audit,
  entryFormats,
  FrameStore,
  hardwareFormat,
  tableGraph,
  translate,
  whoMaps,
} from '../../../src-core/index';

const pages = 6;

/** Frames 1 … 6 full of these words, which mostly point at one another. */
function memoryWith(words: readonly number[]): FrameStore {
  const memory = new FrameStore();
  for (let frame = 1; frame <= pages; frame++) {
    const slot = memory.ensure(frame);
    memory.known.markWhole(slot);
    const buffer = memory.buffers[memory.slotBuffer[slot]!]!;
    const offset = memory.slotOffset[slot]!;
    for (const [at, word] of words.entries()) {
      const half = (at * 37 + frame * 101) % 1024;
      buffer[offset + half] = word;
    }
  }
  return memory;
}

/** Halves of entries: flags of all formats, frames 0 … 7, and now and then anything at all. */
const half = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 0x7fff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
);

describe('audits of anything', () => {
  for (const { name, hardware } of entryFormats) {
    const format = hardwareFormat(hardware);
    const shape = hardware.startsWith('arm64')
      ? arm64Shape(hardware as 'arm64-stage1' | 'arm64-stage2', {}, undefined)
      : { levels: format.levelCounts[0]!, cpu: {} };

    it(`${name}: end, count no less than they list, and name entries that are there`, () => {
      assert.ok(!('problem' in shape));
      const compiled = format.compile(shape);
      fc.assert(
        fc.property(fc.array(half, { minLength: 1, maxLength: 60 }), (words) => {
          const memory = memoryWith(words);
          const graph = tableGraph(memory, compiled, 0x1000n);
          const report = audit(graph, { format: name });
          for (const { code, entryAddress, entry, standsFor } of report.findings) {
            assert.equal(memory.readWord(entryAddress, compiled.entryBytes), entry);
            assert.ok(standsFor <= report.counts.get(code)!);
          }
        }),
        { numRuns: 25 },
      );
    });

    it(`${name}: who maps a page is what a walk from there says`, () => {
      assert.ok(!('problem' in shape));
      const compiled = format.compile(shape);
      fc.assert(
        fc.property(fc.array(half, { minLength: 1, maxLength: 40 }), (words) => {
          const memory = memoryWith(words);
          const graph = tableGraph(memory, compiled, 0x1000n);
          for (const { kind, first, entryAddress } of whoMaps(graph, 0x3000n, 20).uses) {
            if (kind !== 'leaf') continue;
            const walk = translate(memory, compiled, 0x1000n, first);
            // A table that points back is followed by a walk, and not by the graph.
            if (walk.findings.some(({ code }) => code === 'cycle')) continue;
            assert.equal(walk.steps.at(-1)!.entryAddress, entryAddress);
          }
        }),
        { numRuns: 15 },
      );
    });
  }
});
