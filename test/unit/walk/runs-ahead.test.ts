import assert from 'node:assert/strict';
import { pagedImage, rawImage } from '../../../src-core/memory/raw-image';
import type { FrameStore } from '../../../src-core/memory/frame-store';
import type { CompiledFormat } from '../../../src-core/paging/format';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { enumerate, type EnumerateOptions, MapWalk } from '../../../src-core/walk/enumerate';
import { type MapRange, mapRanges } from '../../../src-core/walk/map-range';
import { Numbers } from '../../property/numbers';

const x86 = { maxPhysBits: 46, pse: true, pse36: true } as const;
const formats: Readonly<Record<string, CompiledFormat>> = {
  'x86-64': hardwareFormat('x86-64').compile({ levels: 4, cpu: x86 }),
  pae: hardwareFormat('pae').compile({ levels: 3, cpu: x86 }),
  'x86-32': hardwareFormat('x86-32').compile({ levels: 2, cpu: x86 }),
  'arm64 stage 1, 64K': hardwareFormat('arm64-stage1').compile({
    levels: 2,
    inputBits: 42,
    cpu: { granule: '64K' },
  }),
};
const pages = 512;

/** An image whose pages are tables of each other, with runs of leaves that are neighbours or alike. */
function image(seed: number, bits32: boolean): Uint8Array {
  // The last page is cut off in its middle.
  const bytes = new Uint8Array(pages * 4096 - 2048);
  const view = new DataView(bytes.buffer);
  const numbers = new Numbers(seed, 0);
  for (let page = 0; page < pages; page++) {
    for (let runs = 0; runs < 6; runs++) {
      // The root, and one in three of the others, points at tables; in arm64's way too: bits 1:0 are 11.
      const root = page < 16;
      const table = root || numbers.below(3) === 0;
      const flags = table ? 7 : numbers.pick([0x7, 0x407, 0x467, 0x487, 0x705, 0x1, 0x2]);
      const noExecute = numbers.below(4) === 0 ? 0x8000_0000 : 0;
      let frame = table ? numbers.below(pages + 4) : numbers.next() >>> 12;
      const step = numbers.below(2);
      const first = root && runs === 0 ? 0 : numbers.below(1024);
      const end = first + (root ? 30 : numbers.below(40));
      for (let index = first; index < end; index++) {
        const at = page * 4096 + (bits32 ? (index % 1024) * 4 : (index % 512) * 8);
        if (at + 8 > bytes.length) continue;
        view.setUint32(at, (((frame & 0xf_ffff) << 12) | flags) >>> 0, true);
        if (!bits32) view.setUint32(at + 4, noExecute | (table ? 0 : page & 7), true);
        frame += step;
      }
    }
  }
  return bytes;
}

function pagesPerTable({ rules, entryBytes }: CompiledFormat): number {
  return (2 ** rules[0]!.indexBits * entryBytes) / 4096;
}

function mapOf(memory: FrameStore, compiled: CompiledFormat, options: EnumerateOptions) {
  const ranges: MapRange[] = [];
  const map = enumerate(memory, compiled, 0n, {
    ...options,
    maxTables: Math.ceil(1500 / pagesPerTable(compiled)),
    onRanges: (batch, classes) => ranges.push(...mapRanges(batch, classes, compiled)),
  });
  return { ...map, ranges };
}

/** An image that is read as it is needed; `reads` are counted. */
function readOnDemand(bytes: Uint8Array): { memory: FrameStore; reads: () => number } {
  let reads = 0;
  const memory = pagedImage(bytes.length, (offset, into) => {
    reads++;
    into.set(bytes.subarray(offset, offset + into.length));
  });
  return { memory, reads: () => reads };
}

describe('maps of images that are read on demand, in the order of the image', () => {
  for (const [name, compiled] of Object.entries(formats)) {
    it(`${name}: the same as of images that are held`, () => {
      for (const seed of [1, 2]) {
        const bytes = image(seed, compiled.entryBytes === 4);
        for (const merge of ['contiguous', 'rights', 'none'] as const) {
          const onDemand = readOnDemand(bytes);
          const held = mapOf(rawImage(bytes), compiled, { merge });
          assert.deepEqual(mapOf(onDemand.memory, compiled, { merge }), held);
          assert.ok(held.tables >= 64 && held.ranges.length > 100);
          assert.ok(onDemand.reads() < held.tables * pagesPerTable(compiled));
        }
      }
    });
  }

  it('in steps of any size too', () => {
    const bytes = image(4, false);
    const compiled = formats['x86-64']!;
    const whole = enumerate(rawImage(bytes), compiled, 0n, { maxTables: 5000 });
    for (const step of [1, 63, 64, 700]) {
      const walk = new MapWalk(readOnDemand(bytes).memory, compiled, 0n, { maxTables: 5000 });
      while (walk.advance(step));
      assert.deepEqual(walk.result(), whole);
    }
  });
});
