import fc from 'fast-check';

import type { GuestFormName } from '../../../../src-core/sim/shadow/guest-form';

/** A guest to be tried: how it pages, on which kernel, with what registers. */
export interface RandomGuest {
  readonly kernel: string;
  readonly guest: GuestFormName;
  readonly cr0Wp: boolean;
  readonly mostPages: number;
}

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/** Flags of an entry: present, written, accessed and dirty already, so that the map is there at once. */
const table = (gfn: number): string => hex(gfn * 4096 + 0x27);

type Entries = readonly (readonly [number, string] | readonly [number, string, number])[];

const leafFlags = 0x67;
/** First guest frame of the slot that the host maps in large pages. */
const large = '0x4000e7';

/** Tables in frames 0x10 – 0x17. The guest maps its lower memory, tables included, as it is. */
const layouts: Readonly<Record<GuestFormName, readonly (readonly [number, Entries])[]>> = {
  '32': [
    [
      0x10,
      [
        [0, table(0x11)],
        [1, table(0x12)],
        [2, large],
        [768, table(0x11)],
      ],
    ],
    [
      0x13,
      [
        [0, table(0x11)],
        [5, table(0x12)],
        [767, table(0x14)],
      ],
    ],
    [0x11, [[0, hex(leafFlags), 1024]]],
  ],
  pae: [
    [
      0x10,
      [
        [0, '0x11001'],
        [3, '0x12001'],
      ],
    ],
    [
      0x13,
      [
        [0, '0x11001'],
        [1, '0x12001'],
      ],
    ],
    [
      0x11,
      [
        [0, table(0x14)],
        [1, table(0x15)],
        [2, large],
      ],
    ],
    [
      0x12,
      [
        [0, table(0x14)],
        [5, table(0x16)],
      ],
    ],
    [0x14, [[0, hex(leafFlags), 512]]],
    [0x15, [[0, hex(0x20_0000 + leafFlags), 512]]],
  ],
  '64': [
    [
      0x10,
      [
        [0, table(0x11)],
        [256, table(0x11)],
      ],
    ],
    [0x13, [[0, table(0x11)]]],
    [
      0x11,
      [
        [0, table(0x12)],
        [1, '0xe7'],
      ],
    ],
    [
      0x12,
      [
        [0, table(0x14)],
        [1, table(0x15)],
        [2, large],
        [3, table(0x16)],
      ],
    ],
    [0x14, [[0, hex(leafFlags), 512]]],
    [0x15, [[0, hex(0x20_0000 + leafFlags), 512]]],
  ],
  'nested-npt': [
    [
      0x10,
      [
        [0, table(0x11)],
        [256, table(0x11)],
      ],
    ],
    [0x13, [[0, table(0x11)]]],
    [
      0x11,
      [
        [0, table(0x12)],
        [1, '0xe7'],
      ],
    ],
    [
      0x12,
      [
        [0, table(0x14)],
        [1, table(0x15)],
        [2, large],
        [3, table(0x16)],
      ],
    ],
    [0x14, [[0, hex(leafFlags), 512]]],
    [0x15, [[0, hex(0x20_0000 + leafFlags), 512]]],
  ],
};

export const roots = ['0x10000', '0x13000'] as const;

/** 4 MiB in small host pages, 4 MiB in large ones, a read-only slot; the rest is MMIO. */
const slots = [
  { id: 0, gfn: '0x0', pages: 0x400, pfn: '0x10000' },
  { id: 1, gfn: '0x400', pages: 0x400, pfn: '0x20400', hostPage: '2M' },
  { id: 2, gfn: '0x800', pages: 0x10, pfn: '0x30000', readOnly: true },
];

export function guestScenario({ kernel, guest, cr0Wp, mostPages }: RandomGuest) {
  return {
    machine: { kernel, guest, cr0Wp, mostPages, cr3: roots[0], firstTable: '0x100000' },
    slots,
    guestTables: layouts[guest].map(([gfn, entries]) => ({ pa: hex(gfn * 4096), entries })),
  };
}

/** Addresses that lead somewhere, or nearly. */
const addresses: Readonly<Record<GuestFormName, readonly number[]>> = {
  '32': [
    0, 0x20_0000, 0x40_0000, 0x60_0000, 0x80_0000, 0xa0_0000, 0xc000_0000, 0xc020_0000, 0x140_0000,
    0xbfc0_0000,
  ],
  pae: [0, 0x20_0000, 0x40_0000, 0x60_0000, 0xc000_0000, 0xc0a0_0000, 0x4000_0000],
  '64': [
    0,
    0x20_0000,
    0x40_0000,
    0x60_0000,
    0x4000_0000,
    0x4040_0000,
    0x8000_0000_0000 + 0x20_0000,
  ],
  'nested-npt': [0, 0x20_0000, 0x40_0000, 0x60_0000, 0x4000_0000, 0x4040_0000, 0x8000_0000_0000],
};

const frames = [
  0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x100, 0x101, 0x200, 0x3ff, 0x400, 0x401, 0x5ff,
  0x600, 0x803, 0x900,
];
/** Frames of the guest's tables. */
export const tables = frames.filter((gfn) => gfn >= 0x10 && gfn <= 0x17);
const indices = [0, 1, 2, 3, 4, 5, 7, 8, 16, 20, 256, 511];

export type RandomOperation = Readonly<Record<string, unknown>>;

function gva(guest: GuestFormName): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...addresses[guest]), fc.constantFrom(...frames, 0, 1, 2, 3, 7))
    .map(([base, page]) => hex(base + (page % 512) * 4096));
}

/** An entry of any kind: nothing, a page, a table, a large page. */
function entry(guest: GuestFormName): fc.Arbitrary<string> {
  const wide = guest !== '32';
  const page = fc
    .record({
      gfn: fc.constantFrom(...frames),
      flags: fc.constantFrom(0x67, 0x27, 0x25, 0x63, 0x61, 0x07, 0x03, 0x01, 0x65),
      noExecute: fc.boolean(),
    })
    .map(({ gfn, flags, noExecute }) =>
      hex(BigInt(gfn * 4096 + flags) | (wide && noExecute ? 1n << 63n : 0n)),
    );
  const link = fc.constantFrom(...tables).map(table);
  const huge = fc.constantFrom('0x4000e7', '0x4000e5', '0x4000a7', '0xe7', '0x8000e7');
  return fc.oneof(
    fc.constant('0x0'),
    { arbitrary: page, weight: 4 },
    { arbitrary: link, weight: 2 },
    huge,
  );
}

/** The guest writes its tables where its own map shows them. */
function write(guest: GuestFormName): fc.Arbitrary<RandomOperation> {
  const bytes = guest === '32' ? 4 : 8;
  return fc
    .tuple(fc.constantFrom(...tables), fc.constantFrom(...indices), entry(guest))
    .map(([gfn, index, value]) => ({
      do: 'write',
      gva: hex(gfn * 4096 + index * bytes),
      value,
    }));
}

export function randomOperation(guest: GuestFormName): fc.Arbitrary<RandomOperation> {
  const access = fc.record({
    do: fc.constant('access'),
    gva: gva(guest),
    access: fc.constantFrom('read', 'write', 'execute'),
    user: fc.boolean(),
  });
  const gfn = fc.constantFrom(...frames).map(hex);
  const weighted = (weight: number, arbitrary: fc.Arbitrary<RandomOperation>) => ({
    weight,
    arbitrary,
  });
  return fc.oneof(
    weighted(40, access),
    weighted(26, write(guest)),
    weighted(8, fc.record({ do: fc.constant('invlpg'), gva: gva(guest) })),
    weighted(5, fc.record({ do: fc.constant('load-cr3'), cr3: fc.constantFrom(...roots) })),
    weighted(4, fc.record({ do: fc.constant('who-maps'), gfn })),
    weighted(
      3,
      fc.record({
        do: fc.constant('host-change'),
        gfn: fc.constantFrom(0x100, 0x101, 0x400, 0x401, 0x200).map(hex),
        pfn: fc.integer({ min: 0x40000, max: 0x40010 }).map(hex),
        writable: fc.boolean(),
      }),
    ),
    weighted(2, fc.record({ do: fc.constant('zap-page'), gfn })),
    weighted(1, fc.constant({ do: 'zap-all' })),
    weighted(2, fc.record({ do: fc.constant('write-protect'), slot: fc.constantFrom(0, 1) })),
    weighted(
      2,
      fc.record({ do: fc.constant('dirty-log'), slot: fc.constantFrom(0, 1), on: fc.boolean() }),
    ),
  );
}
