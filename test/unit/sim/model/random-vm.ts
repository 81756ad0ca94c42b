import fc from 'fast-check';

import type { PlainSlot } from './plain-vm';

/** Kernels of every form of bookkeeping, operations and iterator. */
const kernels = [
  '5.10',
  '5.11',
  '5.12',
  '5.13',
  '5.14',
  '5.15',
  '5.16',
  '5.17',
  '5.18',
  '5.19',
  '6.1',
  '6.3',
  '6.8',
  '6.10',
  '6.12',
  '6.13',
  '6.15',
  '7.1',
  '7.2',
];

export interface RandomVm {
  readonly kernel: string;
  readonly format: 'ept' | 'ept-noad' | 'npt64';
  readonly levels: 4 | 5;
  readonly nxHugePages: boolean;
  readonly eagerSplit: boolean;
  readonly dirtyBy: 'dirty-bit' | 'write-protection';
  /** A slot with 1 GiB pages is there too: slow to count, so not in every machine. */
  readonly gigantic: boolean;
}

export const anyVm: fc.Arbitrary<RandomVm> = fc.record({
  kernel: fc.constantFrom(...kernels),
  format: fc.constantFrom('ept' as const, 'ept-noad' as const, 'npt64' as const),
  levels: fc.constantFrom(4 as const, 5 as const),
  nxHugePages: fc.boolean(),
  eagerSplit: fc.boolean(),
  dirtyBy: fc.constantFrom('dirty-bit' as const, 'write-protection' as const),
  gigantic: fc.integer({ min: 0, max: 7 }).map((value) => value === 0),
});

type SlotShape = Omit<PlainSlot, 'moved' | 'written' | 'dirtyLog'>;

const smallSlots: readonly SlotShape[] = [
  // Huge pages of the host, begins and ends on their borders.
  { id: 0, asId: 0, gfn: 0x0, pages: 0x800, pfn: 0x10_0000, hostLevel: 2, readOnly: false },
  // Host and guest are aligned differently: small pages only.
  { id: 1, asId: 0, gfn: 0x1000, pages: 0x240, pfn: 0x20_0001, hostLevel: 2, readOnly: false },
  { id: 2, asId: 0, gfn: 0x1800, pages: 0x400, pfn: 0x30_0000, hostLevel: 2, readOnly: true },
  // Begins and ends in the middle of a huge page.
  { id: 3, asId: 0, gfn: 0x3ff00, pages: 0x500, pfn: 0x40_0100, hostLevel: 2, readOnly: false },
  { id: 4, asId: 1, gfn: 0x0, pages: 0x400, pfn: 0x50_0000, hostLevel: 2, readOnly: false },
];

const giganticSlot: SlotShape = {
  id: 5,
  asId: 0,
  gfn: 0x80000,
  pages: 0x40000,
  pfn: 0x4000_0000,
  hostLevel: 3,
  readOnly: false,
};

export function slotsOf(vm: RandomVm): PlainSlot[] {
  const shapes = vm.gigantic ? [...smallSlots, giganticSlot] : smallSlots;
  return shapes.map((shape) => ({
    ...shape,
    dirtyLog: false,
    moved: new Map(),
    written: new Set(),
  }));
}

/** A scenario with nothing to run yet. */
export function scenarioOf(vm: RandomVm): Record<string, unknown> {
  return {
    machine: {
      kernel: vm.kernel,
      format: vm.format,
      levels: vm.levels,
      nxHugePages: vm.nxHugePages,
      // Splitting a gigabyte fills 513 tables: other machines do that.
      eagerSplit: vm.eagerSplit && !vm.gigantic,
      dirtyBy: vm.dirtyBy,
    },
    slots: slotsOf(vm).map((slot) => ({
      id: slot.id,
      asId: slot.asId,
      gfn: slot.gfn,
      pages: slot.pages,
      pfn: slot.pfn,
      hostPage: ['4K', '2M', '1G'][slot.hostLevel - 1],
      readOnly: slot.readOnly,
    })),
    run: [],
  };
}

/** An operation before it is known which slots there are: numbers are cut to fit. */
export interface RandomOperation {
  readonly name: string;
  readonly slot: number;
  /** Where in the slot, in thousandths. */
  readonly place: number;
  readonly length: number;
  readonly access: 'read' | 'write' | 'execute';
  readonly level: number;
  readonly flag: boolean;
  readonly mask: bigint;
  readonly yields: readonly number[];
}

/** Names by how often they come. */
const weights: readonly (readonly [string, number])[] = [
  ['access', 30],
  ['fault', 20],
  ['mmio', 4],
  ['zap-range', 8],
  ['zap-leafs', 1],
  ['zap-all', 1],
  ['fast-zap', 1],
  ['age', 5],
  ['test-age', 2],
  ['write-protect', 4],
  ['clear-dirty', 3],
  ['clear-dirty-log', 6],
  ['dirty-log', 6],
  ['split', 3],
  ['collapse', 4],
  ['recover-nx', 2],
  ['host-change', 5],
  ['memslots-updated', 1],
];

export const anyOperation: fc.Arbitrary<RandomOperation> = fc.record({
  name: fc.oneof(...weights.map(([name, weight]) => ({ arbitrary: fc.constant(name), weight }))),
  slot: fc.nat(5),
  place: fc.nat(999),
  length: fc.nat(0x300),
  access: fc.constantFrom('read' as const, 'write' as const, 'execute' as const),
  level: fc.integer({ min: 1, max: 3 }),
  flag: fc.boolean(),
  mask: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  yields: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 3 }),
});
