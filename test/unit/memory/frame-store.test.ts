import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FrameStore } from '../../../src-core/memory/frame-store';
import { FrameTable } from '../../../src-core/memory/frame-table';
import { KnownWords } from '../../../src-core/memory/known-words';

describe('frame table', () => {
  it('finds what was added and not taken out, as a Map does', () => {
    const frame = fc.oneof(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 40 }).map((number) => number * 0x1_0000_0000 + 3),
      fc.double({ min: 0, max: 2 ** 52 - 1, noNaN: true }).map(Math.floor),
    );
    const steps = fc.array(fc.record({ frame, remove: fc.boolean() }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (list) => {
        const frames = new Float64Array(256);
        const table = new FrameTable(frames);
        const model = new Map<number, number>();
        for (const [slot, step] of list.entries()) {
          if (step.remove) {
            table.remove(step.frame);
            model.delete(step.frame);
          } else if (!model.has(step.frame)) {
            frames[slot] = step.frame;
            table.add(slot);
            model.set(step.frame, slot);
          }
        }
        assert.equal(table.size, model.size);
        for (const { frame: asked } of list) {
          assert.equal(table.find(asked), model.get(asked) ?? -1);
        }
      }),
    );
  });
});

describe('known words', () => {
  it('are those that were marked, in whatever order', () => {
    const stretch = fc
      .tuple(fc.integer({ min: 0, max: 1024 }), fc.integer({ min: 0, max: 1024 }))
      .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 8 }), (stretches) => {
        const known = new KnownWords();
        const model = new Set<number>();
        for (const [from, to] of stretches) {
          const touches = Array.from({ length: to - from }, (_, index) => from + index).some(
            (half) => model.has(half),
          );
          assert.equal(known.touches(0, from, to), touches);
          known.mark(0, from, to);
          for (let half = from; half < to; half++) model.add(half);
        }
        assert.equal(known.count(0), model.size);
        assert.equal(known.isWhole(0), model.size === 1024);
        assert.equal(known.isEmpty(0), model.size === 0);
        for (let half = 0; half < 1024; half++)
          assert.equal(known.isKnown(0, half), model.has(half));
      }),
    );
  });
});

describe('frame store', () => {
  it('does not take unknown for zero', () => {
    const store = new FrameStore();
    const slot = store.ensure(5);
    store.known.mark(slot, 2, 4);
    assert.equal(store.readWord(0x5008n), 0n);
    assert.equal(store.readWord(0x5000n), undefined);
    assert.equal(store.readWord(0x500cn, 4), 0n);
    assert.equal(store.readWord(0x500cn), undefined);
    assert.equal(store.readWord(0x6000n), undefined);
    assert.equal(store.wordCount(), 1);
  });

  it('reads a word that goes over the end of a frame', () => {
    const store = new FrameStore();
    for (const [frame, half, value] of [
      [1, 1023, 0x55667788],
      [2, 0, 0x11223344],
    ] as const) {
      const slot = store.ensure(frame);
      store.buffers[store.slotBuffer[slot]!]![store.slotOffset[slot]! + half] = value;
      store.known.mark(slot, half, half + 1);
    }
    assert.equal(store.readWord(0x1ffcn), 0x1122334455667788n);
    assert.equal(store.readWord(0x2ffcn), undefined);
  });

  it('holds frames by number, however many and wherever they are', () => {
    const store = new FrameStore();
    const numbers = Array.from({ length: 3000 }, (_, index) => (index * 7919) % 0x10_0000);
    for (const number of [...numbers, 2 ** 52 - 1, 2 ** 40]) {
      const slot = store.ensure(number);
      store.buffers[store.slotBuffer[slot]!]![store.slotOffset[slot]!] = number % 0x1_0000_0000;
      store.known.mark(slot, 0, 2);
    }
    assert.equal(store.frameCount, 3002);
    for (const number of numbers) {
      assert.equal(store.readWord(BigInt(number) << 12n), BigInt(number));
    }
    assert.equal(store.readWord((2n ** 52n - 1n) << 12n), 0xffff_ffffn);
    const frames = store.frames();
    assert.deepEqual(
      [...frames],
      [...frames].sort((one, other) => one - other),
    );
  });

  it('forgets a frame and uses its place again, empty', () => {
    const store = new FrameStore();
    const slot = store.ensure(7);
    store.buffers[store.slotBuffer[slot]!]![store.slotOffset[slot]!] = 1;
    store.known.markWhole(slot);
    store.remove(7);
    assert.equal(store.slotOf(7), -1);
    assert.equal(store.frameCount, 0);
    const again = store.ensure(8);
    assert.equal(store.half(again, 0), 0);
    assert.equal(store.known.isEmpty(again), true);
  });
});
