import type { WordSource } from '../../memory/word-source';
import { highHalf, joinHalves, lowHalf } from '../../word';
import type { Journal } from '../journal';

const halvesPerPage = 1024;

/** Entries of a guest's table: 4 or 8 bytes each. */
export interface GuestTable {
  readonly pa: number;
  readonly entries: readonly (readonly [index: number, value: bigint])[];
}

/** The guest's own memory, as far as anybody wrote to it; the rest is zero. */
export class GuestMemory implements WordSource {
  readonly #pages = new Map<number, Uint32Array>();

  constructor(readonly journal: Journal) {}

  /** @returns undefined never: memory that nobody wrote to reads as zero */
  readWord(address: bigint, bytes: 4 | 8): bigint {
    return this.read(Number(address), bytes);
  }

  read(gpa: number, bytes: 4 | 8): bigint {
    const page = this.#pages.get(Math.floor(gpa / 4096));
    if (!page) return 0n;
    const at = (gpa % 4096) >>> 2;
    return bytes === 4 ? BigInt(page[at]!) : joinHalves(page[at]!, page[at + 1]!);
  }

  write(gpa: number, bytes: 4 | 8, value: bigint): void {
    const page = this.#page(Math.floor(gpa / 4096));
    const at = (gpa % 4096) >>> 2;
    this.journal.set(page, at, lowHalf(value));
    if (bytes === 8) this.journal.set(page, at + 1, highHalf(value));
  }

  /** Frames that somebody wrote to. */
  get written(): Iterable<number> {
    return this.#pages.keys();
  }

  #page(gfn: number): Uint32Array {
    const known = this.#pages.get(gfn);
    if (known) return known;
    // A page of zeros is no change: it needs no way back.
    const page = new Uint32Array(halvesPerPage);
    this.#pages.set(gfn, page);
    return page;
  }
}
