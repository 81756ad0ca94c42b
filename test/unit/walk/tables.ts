import { highHalf, lowHalf } from '../../../src-core/word';
import { FrameStore } from '../../../src-core/memory/frame-store';
import type { CompiledFormat } from '../../../src-core/paging/format';
import { translate, type TranslateOptions } from '../../../src-core/walk/translate';
import type { WalkResult } from '../../../src-core/walk/walk-result';

/** Entries by byte address; a later one at the same address counts. */
export type Words = Iterable<readonly [address: bigint, value: bigint]>;

/**
 * Memory that holds these words, and zero in the rest of every frame that one of them stands in or
 * points at.
 */
export function memoryOf(words: Words, bytes: 4 | 8 = 8): FrameStore {
  const memory = new FrameStore();
  const zeroed = (address: bigint): number => {
    const slot = memory.ensure(Number(address >> 12n));
    memory.known.markWhole(slot);
    return slot;
  };
  for (const [address, value] of words) {
    zeroed(value & 0xf_ffff_ffff_f000n);
    const slot = zeroed(address);
    const buffer = memory.buffers[memory.slotBuffer[slot]!]!;
    const at = memory.slotOffset[slot]! + Number((address & 0xfffn) >> 2n);
    buffer[at] = lowHalf(value);
    if (bytes === 8) buffer[at + 1] = highHalf(value);
  }
  return memory;
}

/** A walk through tables that are written down entry by entry. */
export function walkTables(
  words: Words,
  compiled: CompiledFormat,
  root: bigint,
  address: bigint,
  options?: TranslateOptions,
): WalkResult {
  const memory = memoryOf([[root, 0n], ...words], compiled.entryBytes);
  return translate(memory, compiled, root, address, options);
}
