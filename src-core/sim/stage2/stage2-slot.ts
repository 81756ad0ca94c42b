import type { Journal } from '../journal';
import { lastLevel, type Stage2Geometry } from './geometry';

/** A memory slot; frames are pages of the granule, as KVM on arm64 counts GFNs. */
export interface Stage2SlotSetup {
  readonly id: number;
  readonly baseGfn: number;
  readonly pages: number;
  /** Host frame behind the first page; the others follow it. */
  readonly basePfn: number;
  /** Level of the host's own pages: 3 pages, 2 and 1 larger ones. */
  readonly hostLevel: number;
  readonly readOnly: boolean;
  readonly dirtyLog: boolean;
}

/** A slot of a running machine, in bytes. */
export class Stage2Slot {
  dirtyLog: boolean;
  /** GFNs written while logging was on. */
  readonly dirty = new Set<number>();
  readonly start: number;
  readonly end: number;
  readonly #host: number;

  constructor(
    readonly setup: Stage2SlotSetup,
    readonly geometry: Stage2Geometry,
    readonly journal: Journal,
  ) {
    this.dirtyLog = setup.dirtyLog;
    this.start = setup.baseGfn * geometry.pageBytes;
    this.end = this.start + setup.pages * geometry.pageBytes;
    this.#host = setup.basePfn * geometry.pageBytes;
  }

  holds(address: number): boolean {
    return address >= this.start && address < this.end;
  }

  /** Host-physical address behind an address of the guest. */
  physical(address: number): number {
    return this.#host + (address - this.start);
  }

  markDirty(gfn: number): void {
    this.journal.addTo(this.dirty, gfn);
  }

  /**
   * The level at which a fault maps: as large as the host's page, where guest and host lie alike in
   * the block and the block fits the slot; a page while writes are logged.
   * Source: Linux 6.12 `mmu.c` `user_mem_abort()`, `fault_supports_stage2_huge_mapping()`.
   */
  mappingLevel(address: number): number {
    const { geometry, setup } = this;
    const largest = Math.max(geometry.blockLevel, geometry.startLevel);
    const wanted = this.dirtyLog ? lastLevel : Math.max(setup.hostLevel, largest);
    for (let level = wanted; level < lastLevel; level++)
      if (this.#fits(address, level)) return level;
    return lastLevel;
  }

  #fits(address: number, level: number): boolean {
    const size = this.geometry.size(level);
    const block = address - (address % size);
    const alike = (this.start - this.#host) % size === 0;
    return alike && block >= this.start && block + size <= this.end;
  }
}
