import { FrameStore } from '../memory/frame-store';
import type { Origin } from '../memory/origin';
import { splitLow } from './spte-shape';

/** Entries in a table of 64-bit entries. */
export const entriesPerTable = 512;

/** Puts words into pages, and remembers which line told each. */
export class PageWriter {
  readonly memory = new FrameStore();
  /** By slot of the memory. */
  private readonly lines: (Int32Array | undefined)[] = [];

  constructor(private readonly source: string) {
    this.memory.sources.push({
      name: source,
      originOf: (frame, offset) => this.originOf(frame, offset),
    });
  }

  fill(frame: number, lo: number, hi: number): void {
    const { halves, base, slot } = this.page(frame);
    for (let index = 0; index < entriesPerTable; index++) {
      halves[base + 2 * index] = lo;
      halves[base + 2 * index + 1] = hi;
    }
    this.memory.known.markWhole(slot);
  }

  fillSplit(frame: number, lo: number, hi: number, level: number): void {
    const { halves, base, slot } = this.page(frame);
    for (let index = 0; index < entriesPerTable; index++) {
      halves[base + 2 * index] = splitLow(lo, level, index);
      halves[base + 2 * index + 1] = hi;
    }
    this.memory.known.markWhole(slot);
  }

  /** The slot of a page, to write words into it. */
  slotOf(frame: number): number {
    return this.memory.ensure(frame);
  }

  /** @param slot from {@link slotOf} */
  word(slot: number, index: number, lo: number, hi: number, line: number): void {
    const { memory } = this;
    const halves = memory.buffers[memory.slotBuffer[slot]!]!;
    const half = memory.slotOffset[slot]! + 2 * index;
    halves[half] = lo;
    halves[half + 1] = hi;
    memory.known.mark(slot, 2 * index, 2 * index + 2);
    const lines = (this.lines[slot] ??= new Int32Array(entriesPerTable).fill(-1));
    lines[index] = line;
  }

  private page(frame: number): { halves: Uint32Array; base: number; slot: number } {
    const { memory } = this;
    const slot = this.slotOf(frame);
    return {
      slot,
      halves: memory.buffers[memory.slotBuffer[slot]!]!,
      base: memory.slotOffset[slot]!,
    };
  }

  private originOf(frame: number, offset: number): Origin | undefined {
    const line = this.lines[this.memory.heldSlot(frame)]?.[offset >>> 3] ?? -1;
    return line < 0 ? undefined : { kind: 'text', source: this.source, line, start: 0, end: 0 };
  }
}
