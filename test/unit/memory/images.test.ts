import assert from 'node:assert/strict';
import { FrameStore } from '../../../src-core/memory/frame-store';
import { mergeMemories } from '../../../src-core/memory/merge-memories';
import { indexedImage, pagedImage, rawImage } from '../../../src-core/memory/raw-image';

/** Bytes whose 8-byte words hold their own place. */
function counted(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 8 <= length; at += 8) view.setBigUint64(at, BigInt(at), true);
  return bytes;
}

function paged(bytes: Uint8Array, name?: string): FrameStore {
  const read = (offset: number, into: Uint8Array): void =>
    into.set(bytes.subarray(offset, offset + into.length));
  return pagedImage(bytes.length, read, name);
}

describe('raw images', () => {
  for (const [name, make] of [
    ['held', rawImage],
    ['read as needed', paged],
  ] as const) {
    it(`${name}: file offset = physical address, to the last whole word`, () => {
      const memory = make(counted(2 * 4096 + 20), 'mem.raw');
      for (const at of [0, 8, 4088, 4096, 8184, 8192, 8200]) {
        assert.equal(memory.readWord(BigInt(at)), BigInt(at));
      }
      assert.equal(memory.readWord(8208n, 4), 0n);
      assert.equal(memory.readWord(8208n), undefined);
      assert.equal(memory.readWord(8216n), undefined);
      assert.equal(memory.readWord(0x10_0000n), undefined);
      assert.deepEqual(memory.originOf(4104n), { kind: 'file', source: 'mem.raw', offset: 4104 });
      assert.equal(memory.originOf(1n << 40n), undefined);
    });
  }

  it('are viewed, not copied; an odd place in memory is copied', () => {
    const bytes = counted(4096);
    const memory = rawImage(bytes);
    bytes[0] = 9;
    assert.equal(memory.readWord(0n), 9n);
    const room = new Uint8Array(4097);
    room.set(counted(4096), 1);
    assert.equal(rawImage(room.subarray(1)).readWord(8n), 8n);
  });

  it('of no bytes hold nothing', () => {
    assert.equal(rawImage(new Uint8Array(0)).frameCount, 0);
    assert.equal(paged(new Uint8Array(0)).readWord(0n), undefined);
  });
});

describe('indexed images', () => {
  const bytes = counted(3 * 4096);
  it('place pages where the index says', () => {
    const { memory, problems } = indexedImage(bytes, [
      { address: 0x103b30000n, fileOffset: 4096 },
      { address: 0x5000n, fileOffset: 0 },
    ]);
    assert.deepEqual(problems, []);
    assert.equal(memory.readWord(0x103b30008n), 4104n);
    assert.equal(memory.readWord(0x5ff8n), 4088n);
    assert.equal(memory.readWord(0x6000n), undefined);
    assert.deepEqual(memory.originOf(0x103b30008n), {
      kind: 'file',
      source: 'image',
      offset: 4104,
    });
  });

  it('say which pages make no sense, and hold the rest', () => {
    const { memory, problems } = indexedImage(bytes, [
      { address: 0x1000n, fileOffset: 4096 },
      { address: 0x1800n, fileOffset: 0 },
      { address: 0x2000n, fileOffset: 1 << 20 },
      { address: 0x3000n, fileOffset: -4096 },
      { address: 0x4000n, fileOffset: 0.5 },
      { address: 0x5000n, fileOffset: 3 * 4096 - 16 },
      { address: 0x1000n, fileOffset: 8192 },
    ]);
    assert.deepEqual(
      problems.map(({ code, page }) => [code, page.address]),
      [
        ['page-misaligned', 0x1800n],
        ['page-outside-image', 0x2000n],
        ['page-outside-image', 0x3000n],
        ['page-outside-image', 0x4000n],
        ['page-outside-image', 0x5000n],
        ['page-twice', 0x1000n],
      ],
    );
    assert.equal(memory.readWord(0x1000n), 8192n);
    assert.equal(memory.readWord(0x5008n), BigInt(3 * 4096 - 8));
    assert.equal(memory.readWord(0x5010n), undefined);
  });
});

describe('several sources as one memory', () => {
  const at = (address: bigint, bytes: Uint8Array, name: string): FrameStore =>
    indexedImage(bytes, [{ address, fileOffset: 0 }], name).memory;

  it('the later counts where two hold the same word', () => {
    const first = at(0x1000n, counted(4096), 'first');
    const second = at(0x1000n, counted(2048).fill(7, 8, 12), 'second');
    const third = at(0x9000n, counted(4096), 'third');
    const { memory, overlaps } = mergeMemories([first, second, third]);
    assert.deepEqual(overlaps, [{ frame: 1, source: 1, halves: 512, differing: 1 }]);
    assert.equal(memory.readWord(0x1008n), 0x07070707n);
    assert.equal(memory.readWord(0x1808n), 2056n);
    assert.equal(memory.readWord(0x9008n), 8n);
    assert.equal(first.readWord(0x1008n), 8n);
    const origin = memory.originOf(0x1008n);
    assert.equal(origin?.source, 'second');
    assert.equal(memory.originOf(0x1808n)?.source, 'first');
  });

  it('what is held goes before what is fetched', () => {
    const image = paged(counted(8192), 'image');
    const text = at(0x1000n, counted(4096).fill(1, 0, 1), 'text');
    const { memory } = mergeMemories([image, text]);
    assert.equal(memory.readWord(0x1000n), 1n);
    assert.equal(memory.readWord(8n), 8n);
  });

  it('one alone stays itself', () => {
    const only = rawImage(counted(4096));
    assert.equal(mergeMemories([only]).memory, only);
    assert.equal(mergeMemories([]).memory.frameCount, 0);
  });
});
