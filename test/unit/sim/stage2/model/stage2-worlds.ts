import assert from 'node:assert/strict';

import { readScenario } from '../../../../../src-core/index';
import { Engine } from '../../../../../src-core/sim/engine';
import { jsonTop } from '../../../../../src-core/sim/json-place';
import { readStep } from '../../../../../src-core/sim/scenario-steps';
import { Stage2Machine } from '../../../../../src-core/sim/stage2/stage2-machine';
import { Stage2Plan } from '../../../../../src-core/sim/stage2/stage2-plan';
import { type PlainLeaf, PlainStage2 } from './plain-stage2';
import type { RandomStage2, RandomStep } from './random-stage2';
import { assertSameLeaves, assertStage2Whole, takeStage2Census } from './stage2-census';

/** Memory slots of the test, in pages. */
interface TestSlot {
  readonly id: number;
  readonly gfn: number;
  readonly pages: number;
  readonly pfn: number;
  readonly hostLevel: number;
  readonly readOnly: boolean;
  dirtyLog: boolean;
}

const strides = { '4K': 9, '16K': 11, '64K': 13 } as const;
const blockNames = {
  '4K': ['', '1G', '2M', '4K'],
  '16K': ['', '', '32M', '16K'],
  '64K': ['', '', '512M', '64K'],
} as const;
/** MT_S2_*, facts section 5.4. */
const memoryAttributes = { normal: [0xf, 6], 'normal-nc': [5, 5], device: [1, 1] } as const;
/** Scanning every table after every step would make large ones slow: then only so often. */
const manyLeaves = 3000;

/** The machine and the plain map, kept at the same place. */
export class Stage2Worlds {
  readonly machine: Stage2Machine;
  readonly plain: PlainStage2;
  readonly #plan: Stage2Plan;
  readonly #engine: Engine;
  readonly #slots: TestSlot[];
  readonly #pageBytes: number;
  readonly #block: number;
  readonly #endPage: number;
  done = 0;

  constructor(readonly vm: RandomStage2) {
    const stride = strides[vm.granule];
    this.#pageBytes = 2 ** (stride + 3);
    this.#block = 2 ** stride;
    this.#endPage = 2 ** (vm.ipaBits - stride - 3);
    this.#slots = this.#someSlots();
    const scenario = readScenario(this.#json());
    assert.ok(!('problems' in scenario), JSON.stringify(scenario));
    assert.ok(scenario.plan instanceof Stage2Plan);
    this.#plan = scenario.plan;
    this.machine = scenario.plan.build(false);
    this.#engine = new Engine(this.machine, []);
    const start = this.machine.setup.layout.entryLevel;
    const gigantic = vm.granule === '4K' && vm.helpers === 'current' && start < 2;
    const minor = Number(vm.kernel.split('.')[1]);
    const major = Number(vm.kernel.split('.')[0]);
    this.plain = new PlainStage2({
      leafPages: [0, this.#block ** 2, this.#block, 1],
      highest: gigantic ? 1 : 2,
      rewrites: vm.helpers !== 'current',
      mapEndsAtSame: major < 6 || (major === 6 && minor < 2) || major > 6 || minor >= 19,
    });
  }

  /** Does a step in both, where this kernel can, and compares. */
  run(step: RandomStep): void {
    const both = this.#translate(step);
    if (!both) return;
    const place = jsonTop(both.json);
    const read = readStep(place, this.#plan);
    assert.ok(read && place.problems.length === 0, JSON.stringify([both.json, place.problems]));
    this.#engine.script.push(read);
    while (this.#engine.advance());
    both.plain();
    this.done++;
    if (this.plain.leaves.size < manyLeaves || this.done % 16 === 0) {
      this.compare(JSON.stringify([this.vm, both.json]));
    }
  }

  compare(what: string): void {
    const census = takeStage2Census(this.machine);
    assertStage2Whole(this.machine, census, what);
    assertSameLeaves(census, this.plain, what);
  }

  /** Everything goes: nothing but the root may be left. */
  finish(): void {
    for (const region of this.#slots.keys()) this.run({ ...everything, region });
    this.compare(JSON.stringify([this.vm, 'all unmapped']));
    if (this.vm.helpers !== 'current') return;
    assert.equal(this.machine.counters.get('tables'), 0, 'tables are left');
  }

  #json(): Record<string, unknown> {
    const { kernel, helpers, granule, ipaBits, lpa2, fwb, ha, rangeTlbi, dic, chunk } = this.vm;
    const sizes = [0, this.#block ** 2, this.#block, 1].map((pages) => pages * this.#pageBytes);
    const largest = granule === '4K' ? chunk : Math.max(chunk, 2);
    return {
      machine: {
        mmu: 'stage2',
        kernel,
        helpers,
        granule,
        ipaBits,
        cpu: { lpa2, fwb, ha },
        rangeTlbi,
        dic,
        splitChunk: chunk === 0 ? 0 : sizes[largest],
      },
      slots: this.#slots.map(({ id, gfn, pages, pfn, hostLevel, readOnly, dirtyLog }) => ({
        id,
        gfn,
        pages,
        pfn,
        hostPage: blockNames[granule][hostLevel],
        readOnly,
        dirtyLog,
      })),
    };
  }

  #someSlots(): TestSlot[] {
    const block = this.#block;
    const middle = this.#endPage / 2;
    const small = (id: number, gfn: number, pages: number, pfn: number): TestSlot => ({
      id,
      gfn,
      pages,
      pfn,
      hostLevel: 2,
      readOnly: false,
      dirtyLog: false,
    });
    return [
      small(0, 0, 3 * block, 0x10 * block),
      // Guest and host lie differently in their blocks; ends in the middle of one.
      small(1, middle, block + 7, 0x20 * block + 1),
      // Beyond a border between two of the root's tables, where there is one.
      { ...small(2, this.#endPage - 2 * block, 2 * block, 0x30 * block), readOnly: true },
    ];
  }

  /** First page of a range that a step means. */
  #place({ region, page }: RandomStep, room: number): number {
    const slot = this.#slots[region % this.#slots.length]!;
    const within = page % (2 * this.#block);
    return Math.min(slot.gfn + within, this.#endPage - room);
  }

  #translate(step: RandomStep): { json: Record<string, unknown>; plain: () => void } | undefined {
    return this[step.what](step);
  }

  private map(step: RandomStep) {
    const { pages, frame, rights, memory, forced, shared } = step;
    const execute = rights.includes('x');
    const first = this.#place(step, pages);
    return this.#mapping(first, pages, frame, rights, memory, forced, shared, execute);
  }

  private 'map-blocks'(step: RandomStep) {
    const { rights, memory, shared, forced } = step;
    const blocks = 1 + (step.pages % 2);
    const pages = blocks * this.#block;
    const place = this.#place(step, pages);
    const first = place - (place % this.#block);
    const frame = (step.frame % 64) * this.#block + (forced && this.#block === 512 ? 3 : 0);
    return this.#mapping(first, pages, frame, rights, memory, false, shared, rights.includes('x'));
  }

  #mapping(
    first: number,
    pages: number,
    frame: number,
    rights: RandomStep['rights'],
    memory: RandomStep['memory'],
    forced: boolean,
    shared: boolean,
    execute: boolean,
  ) {
    const json = {
      do: 'map',
      ipa: first * this.#pageBytes,
      size: pages * this.#pageBytes,
      pa: frame * this.#pageBytes,
      rights,
      memory,
      pages: forced,
      shared,
    };
    const plain = (): void => {
      if (execute && memory !== 'normal') return;
      const { rules } = this.plain;
      // A walk that others may run beside is a fault's: EAGAIN ends it on every kernel.
      const ends = rules.mapEndsAtSame || shared;
      const leaf = {
        frame,
        read: rights.includes('r'),
        write: rights.includes('w'),
        execute,
        kind: memoryAttributes[memory][this.vm.fwb ? 1 : 0],
        young: true,
      };
      this.plain.map(first, pages, forced, leaf, ends);
    };
    return { json, plain };
  }

  private unmap(step: RandomStep) {
    const pages = step.forced ? step.pages : step.pages * 40;
    const room = Math.min(pages, this.#endPage);
    const first = this.#place(step, room);
    return {
      json: { do: 'unmap', ...this.#range(first, room) },
      plain: () => this.plain.unmap(first, first + room),
    };
  }

  private 'write-protect'(step: RandomStep) {
    const first = this.#place(step, step.pages);
    return {
      json: { do: 'write-protect', ...this.#range(first, step.pages) },
      plain: () => void this.plain.change(first, first + step.pages, { write: false }),
    };
  }

  private age(step: RandomStep) {
    if (this.vm.helpers !== 'current') return undefined;
    const first = this.#place(step, step.pages);
    const ranges = this.machine.setup.walker.agesRanges;
    return {
      json: { do: 'age', ...this.#range(first, step.pages) },
      plain: () =>
        void this.plain.change(first, first + (ranges ? step.pages : 1), { young: false }),
    };
  }

  private mkyoung(step: RandomStep) {
    if (this.vm.helpers !== 'current') return undefined;
    const first = this.#place(step, 1);
    return {
      json: { do: 'mkyoung', ipa: first * this.#pageBytes },
      plain: () => void this.plain.change(first, first + 1, { young: true }),
    };
  }

  private 'relax-permissions'(step: RandomStep) {
    if (this.vm.helpers !== 'current') return undefined;
    const first = this.#place(step, 1);
    const { rights } = step;
    return {
      json: { do: 'relax-permissions', ipa: first * this.#pageBytes, rights },
      plain: () =>
        void this.plain.change(first, first + 1, {
          ...(rights.includes('r') && { read: true }),
          ...(rights.includes('w') && { write: true }),
          ...(rights.includes('x') && { execute: true }),
        }),
    };
  }

  private 'set-owner'(step: RandomStep) {
    const { ownership } = this.machine.setup.walker;
    if (this.vm.helpers !== 'current' || ownership === 'none') return undefined;
    // Before v5.15 the owner stood in bits 63:56; the census reads the later places.
    if (ownership === 'set-owner' && this.vm.kernel === '5.13') return undefined;
    const first = this.#place(step, step.pages);
    const owner = ownership === 'annotate' ? 1 + (step.frame % 2) : step.frame % 2;
    const what = ownership === 'annotate' ? { do: 'annotate' } : { do: 'set-owner' };
    const leaf: Omit<PlainLeaf, 'pages'> = {
      frame: null,
      read: false,
      write: false,
      execute: false,
      kind: owner,
      young: false,
    };
    return {
      json: { ...what, owner, ...this.#range(first, step.pages) },
      plain: () => void this.plain.map(first, step.pages, true, leaf),
    };
  }

  private split(step: RandomStep) {
    const { splitChunk } = this.machine.setup;
    if (splitChunk === 0) return undefined;
    const pages = step.pages * 30;
    const first = this.#place(step, pages);
    return {
      json: { do: 'split', ...this.#range(first, pages) },
      plain: () => this.#splitPlain(first, first + pages, splitChunk / this.#pageBytes),
    };
  }

  #splitPlain(first: number, end: number, chunk: number): void {
    const block = this.#block;
    // A chunk smaller than a gigabyte has no tables for a whole one: one level at a time.
    if (chunk < block ** 2) this.plain.split(first, end, block);
    this.plain.split(first, end, 1);
  }

  private 'dirty-log'(step: RandomStep) {
    const slot = this.#slots[step.region % this.#slots.length]!;
    const on = !slot.dirtyLog;
    return {
      json: { do: 'dirty-log', slot: slot.id, on },
      plain: () => {
        slot.dirtyLog = on;
        if (!on) return;
        const end = slot.gfn + slot.pages;
        this.plain.change(slot.gfn, end, { write: false });
        const { splitChunk } = this.machine.setup;
        if (splitChunk > 0) this.#splitPlain(slot.gfn, end, splitChunk / this.#pageBytes);
      },
    };
  }

  private access(step: RandomStep) {
    const page = this.#place(step, 1);
    return {
      json: { do: 'access', ipa: page * this.#pageBytes, access: step.access },
      plain: () => this.#accessPlain(page, step.access),
    };
  }

  /** Facts, section 9: permission fault at the mapping's own size: relax; else map. */
  #accessPlain(page: number, access: RandomStep['access']): void {
    const slot = this.#slots.find(({ gfn, pages }) => page >= gfn && page < gfn + pages);
    const folded = this.vm.helpers !== 'current';
    for (let faults = 0; faults < 8; faults++) {
      const found = this.plain.leafOf(page);
      const leaf = found && found[1].frame !== null ? found[1] : undefined;
      if (leaf && (leaf.young || this.vm.ha)) {
        if (leaf[access]) {
          this.plain.leaves.set(found![0], { ...leaf, young: true });
          return;
        }
        if (access === 'read' && slot) return;
      }
      if (!slot || (slot.readOnly && access === 'write')) return;
      if (leaf && !leaf.young && !this.vm.ha) {
        this.plain.leaves.set(found![0], { ...leaf, young: true });
        continue;
      }
      const pages = this.#mappingPages(slot, page);
      const first = page - (page % pages);
      const write = !slot.readOnly && (!slot.dirtyLog || access === 'write');
      const execute = access === 'execute' || this.vm.dic;
      if (leaf?.pages === pages && !folded) {
        const more = { read: true, ...(write && { write }), ...(execute && { execute }) };
        this.plain.leaves.set(found![0], { ...leaf, ...more });
        continue;
      }
      // Without dirty logging the old helpers cannot put a page where a block is.
      if (folded && leaf && leaf.pages > pages && !slot.dirtyLog) return;
      const frame = slot.pfn + (first - slot.gfn);
      const kept = folded && leaf !== undefined && leaf.execute;
      this.plain.map(first, pages, slot.dirtyLog, {
        frame,
        read: true,
        write,
        execute: execute || kept,
        kind: memoryAttributes.normal[this.vm.fwb ? 1 : 0],
        young: true,
      });
    }
  }

  #mappingPages(slot: TestSlot, page: number): number {
    const block = this.#block;
    const first = page - (page % block);
    const fits =
      !slot.dirtyLog &&
      (slot.gfn - slot.pfn) % block === 0 &&
      first >= slot.gfn &&
      first + block <= slot.gfn + slot.pages;
    return fits ? block : 1;
  }

  #range(first: number, pages: number) {
    return { ipa: first * this.#pageBytes, size: pages * this.#pageBytes };
  }
}

/** All of a region: steps begin in its first two blocks and are at most 960 pages or 3 blocks long. */
const everything: RandomStep = {
  what: 'unmap',
  region: 0,
  page: 0,
  pages: 5 * 2 ** 13,
  frame: 0,
  rights: 'rw',
  memory: 'normal',
  forced: true,
  shared: false,
  access: 'read',
};
