import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FrameStore } from '../../../src-core/memory/frame-store';
import { rawImage } from '../../../src-core/memory/raw-image';
import { TextIndex } from '../../../src-core/text/index';
import { detectTables } from '../../../src-core/walk/detect';
import { enumerate, MapWalk } from '../../../src-core/walk/enumerate';
import { entryTest } from '../../../src-core/walk/entry-test';
import { type MapRange, mapRanges } from '../../../src-core/walk/map-range';
import { translate } from '../../../src-core/walk/translate';
import { translateMany } from '../../../src-core/walk/translate-many';
import { statusNames } from '../../../src-core/walk/translations';
import { highHalf, lowHalf } from '../../../src-core/word';
import {
  addressesOf,
  comparedFormats,
  compiledFormat,
  randomEntries,
  randomMemory,
  rootFrame,
  tableFrames,
} from './random-tables';

const root = BigInt(rootFrame) << 12n;
/** Some test that some entries pass: bits 51 and 11. */
const mmio = entryTest((1n << 51n) | 0x800n, (1n << 51n) | 0x800n);

function rangesOf(
  memory: FrameStore,
  compiled: ReturnType<typeof compiledFormat>,
  options: Parameters<typeof enumerate>[3],
): MapRange[] {
  const ranges: MapRange[] = [];
  enumerate(memory, compiled, root, {
    ...options,
    onRanges: (batch, classes) => ranges.push(...mapRanges(batch, classes, compiled)),
  });
  return ranges;
}

describe('one walk, batches of walks and maps agree on random tables', () => {
  for (const form of comparedFormats) {
    it(`${form[0]}, ${form[1]} levels`, () => {
      const compiled = compiledFormat(form);
      const addresses = addressesOf(compiled);
      const halves = Uint32Array.from(addresses.flatMap((word) => [lowHalf(word), highHalf(word)]));
      fc.assert(
        fc.property(randomEntries, fc.boolean(), (entries, ignoreReserved) => {
          const memory = randomMemory(entries);
          const options = { mmio, ignoreReserved };
          const many = translateMany(memory, compiled, root, halves, options);
          const ranges = rangesOf(memory, compiled, options);
          for (const [index, address] of addresses.entries()) {
            const walk = translate(memory, compiled, root, address, options);
            const status = statusNames[many.status[index]!];
            assert.equal(status, walk.status, `0x${address.toString(16)}`);
            assert.equal(many.level[index], walk.level);
            const range = ranges.find(({ start, end }) => address >= start && address < end);
            if (status === 'not-present' || status === 'non-canonical') {
              assert.equal(range, undefined);
              continue;
            }
            assert.equal(range?.kind, walk.status);
            if (status !== 'mapped') continue;
            assert.equal(BigInt(many.physical[index]!), walk.physical);
            assert.equal(range.physical! + (address - range.start), walk.physical);
            assert.deepEqual(range.permissions, walk.permissions);
            assert.ok(range.pageSizes.includes(walk.pageSize!));
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  it('maps in steps, merged or not, count the same', () => {
    const compiled = compiledFormat(['x86-64', 4]);
    fc.assert(
      fc.property(randomEntries, fc.integer({ min: 1, max: 50 }), (entries, step) => {
        const memory = randomMemory(entries);
        const whole = enumerate(memory, compiled, root, { maxTables: 3000 });
        const walk = new MapWalk(memory, compiled, root, { merge: 'none', maxTables: 3000 });
        while (walk.advance(step));
        const parts = walk.result();
        assert.deepEqual(parts.leaves, whole.leaves);
        assert.equal(parts.bytes, whole.bytes);
        assert.equal(parts.sumPhysical, whole.sumPhysical);
        assert.equal(parts.tables, whole.tables);
        assert.equal(parts.incomplete, whole.incomplete);
        assert.ok(parts.ranges >= whole.ranges);
        const leaves = parts.leaves.reduce((sum, count) => sum + count, 0);
        assert.equal(parts.ranges, leaves + parts.mmio);
      }),
      { numRuns: 60 },
    );
  });
});

/** A line of `xp` or of gdb's `x/gx`. */
function printedLine(address: bigint, words: readonly bigint[], gdb: boolean): string {
  const shown = address.toString(16);
  const values = words.map((word) => `0x${word.toString(16).padStart(16, '0')}`);
  return gdb
    ? `0x${shown} <spt+${address % 4096n}>:\t${values.join('\t')}\n`
    : `${shown.padStart(16, '0')}: ${values.join(' ')}\n`;
}

/** One page of a memory as a debugger prints what of it is known: two words a line, or one. */
function printed(memory: FrameStore, frame: number, gdb: boolean): string {
  const first = BigInt(frame) << 12n;
  let text = `${gdb ? '(gdb) x' : '(qemu) xp '}/512gx 0x${first.toString(16)}\n`;
  for (let at = 0n; at < 4096n; at += 16n) {
    const address = first + at;
    const low = memory.readWord(address);
    const high = memory.readWord(address + 8n);
    if (low !== undefined && high !== undefined) text += printedLine(address, [low, high], gdb);
    else if (low !== undefined) text += printedLine(address, [low], gdb);
    else if (high !== undefined) text += printedLine(address + 8n, [high], gdb);
  }
  return text;
}

describe('tables printed and read back', () => {
  for (const [name, gdb] of [
    ['QEMU xp', false],
    ['gdb x/gx', true],
  ] as const) {
    it(`${name}: the same frames and the same walks`, () => {
      const compiled = compiledFormat(['ept', 4]);
      const addresses = addressesOf(compiled);
      fc.assert(
        fc.property(randomEntries, (entries) => {
          const memory = randomMemory(entries);
          const text = tableFrames.map((frame) => printed(memory, frame, gdb)).join('\n');
          const read = new TextIndex(text).memory;
          assert.deepEqual([...read.frames()], [...memory.frames()]);
          assert.equal(read.wordCount(), memory.wordCount());
          for (const address of addresses) {
            const walk = translate(memory, compiled, root, address);
            assert.deepEqual(translate(read, compiled, root, address), walk);
          }
        }),
        { numRuns: 40 },
      );
    });
  }
});

describe('walks end on any memory', () => {
  it('of random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 0, maxLength: 3 * 4096 }),
        fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
        fc.bigInt({ min: 0n, max: (1n << 52n) - 1n }),
        (bytes, address, anywhere) => {
          const memory = rawImage(bytes);
          for (const form of comparedFormats) {
            const compiled = compiledFormat(form);
            for (const start of [0n, anywhere & ~0xfffn]) {
              translate(memory, compiled, start, address);
              translateMany(
                memory,
                compiled,
                start,
                Uint32Array.of(lowHalf(address), highHalf(address)),
              );
              enumerate(memory, compiled, start, { maxTables: 2000 });
            }
          }
          detectTables(memory);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('where every entry points back to the root', () => {
    const memory = new FrameStore();
    const slot = memory.ensure(rootFrame);
    memory.known.markWhole(slot);
    const buffer = memory.buffers[memory.slotBuffer[slot]!]!;
    for (let index = 0; index < 512; index++) {
      buffer[memory.slotOffset[slot]! + index * 2] = (rootFrame << 12) | 0x27;
    }
    const compiled = compiledFormat(['x86-64', 4]);
    const walk = translate(memory, compiled, root, 0x1234n);
    assert.equal(walk.status, 'mapped');
    assert.deepEqual(
      walk.findings.map(({ code }) => code),
      ['cycle', 'cycle', 'cycle'],
    );
    const map = enumerate(memory, compiled, root, { maxTables: 1000 });
    assert.equal(map.incomplete, true);
    assert.deepEqual(map.cycles, [rootFrame]);
  });
});
