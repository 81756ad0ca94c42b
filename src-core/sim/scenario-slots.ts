import type { JsonPlace } from './json-place';
import { described, frameSchema, listSchema } from './machine-json';
import type { JsonSchema } from './machine-plan';
import { maxHugeLevel, type MemslotSetup } from './memslot';
import { readFrameRuns } from './slot-frames';

const names = [
  'id',
  'asId',
  'gfn',
  'pages',
  'pfn',
  'frames',
  'privatePfn',
  'hostPage',
  'readOnly',
  'dirtyLog',
];

/** Sizes of the host's own pages, by level. */
export const hostPageSizes = ['4K', '2M', '1G'] as const;

/** GFNs and PFNs of x86: 52 address bits. */
const frameBits = 40;
/** A slot's pages fit an unsigned long of the user interface; KVM_MEM_MAX_NR_PAGES is 2^31 - 1. */
const mostPages = 2 ** 31 - 1;

/** The memory slots of a scenario. Slots of one address space do not overlap. */
export function readSlots(list: JsonPlace): MemslotSetup[] {
  const places = list.items();
  const slots = places.map(readSlot);
  slots.forEach((slot, number) => {
    const before = slots.slice(0, number);
    if (before.some(({ id }) => id === slot.id)) {
      places[number]!.member('id').fail(`slot ${slot.id} is there twice`);
    }
    const other = before.find((candidate) => overlap(candidate, slot));
    if (other) places[number]!.member('gfn').fail(`overlaps slot ${other.id}`);
  });
  return slots;
}

function readSlot(place: JsonPlace): MemslotSetup {
  place.knowsOnly(names);
  const hostPage = place.member('hostPage').choice(hostPageSizes, '4K') ?? '4K';
  const range = {
    baseGfn: place.member('gfn').address(frameBits) ?? 0,
    pages: readPages(place.member('pages')),
  };
  return {
    id: place.member('id').count(0, 32_767) ?? 0,
    asId: place.member('asId').count(0, 1, 0) ?? 0,
    ...range,
    frames: readFrameRuns(place.member('frames'), frameBits, range),
    basePfn: place.member('pfn').address(frameBits) ?? 0,
    ...readPrivate(place.member('privatePfn')),
    hostLevel: Math.min(hostPageSizes.indexOf(hostPage) + 1, maxHugeLevel),
    readOnly: place.member('readOnly').flag(false) ?? false,
    dirtyLog: place.member('dirtyLog').flag(false) ?? false,
  };
}

function readPrivate(place: JsonPlace): Pick<MemslotSetup, 'privatePfn'> {
  const privatePfn = place.present ? place.address(frameBits) : undefined;
  return privatePfn === undefined ? {} : { privatePfn };
}

function readPages(place: JsonPlace): number {
  const pages = place.address(frameBits) ?? 1;
  return (
    place.expect(
      pages >= 1 && pages <= mostPages ? pages : undefined,
      `a number of pages from 1 to 0x${mostPages.toString(16)}`,
    ) ?? 1
  );
}

function overlap(a: MemslotSetup, b: MemslotSetup): boolean {
  return a.asId === b.asId && a.baseGfn < b.baseGfn + b.pages && b.baseGfn < a.baseGfn + a.pages;
}

export const slotsSchema: JsonSchema = described(
  'memory slots',
  listSchema({
    type: 'object',
    required: ['id', 'gfn', 'pages', 'pfn'],
    additionalProperties: false,
    properties: {
      id: { type: 'integer', minimum: 0, maximum: 32_767 },
      asId: described('0 normal, 1 system management mode', { enum: [0, 1], default: 0 }),
      gfn: described('first guest frame', frameSchema),
      pages: described('how many 4 KiB pages', frameSchema),
      pfn: described('host frame behind the first page', frameSchema),
      frames: described(
        'parts whose host frames lie elsewhere: first guest frame, pages, first host frame',
        listSchema(listSchema(frameSchema)),
      ),
      privatePfn: described('TDX: host frame behind the first private page', frameSchema),
      hostPage: described(`the host’s own pages, up to level ${maxHugeLevel}`, {
        enum: hostPageSizes,
        default: '4K',
      }),
      readOnly: { type: 'boolean' },
      dirtyLog: described('writes are logged from the start', { type: 'boolean' }),
    },
  }),
);
