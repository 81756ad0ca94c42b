import { formatSize } from '../../paging/byte-size';
import type { JsonPlace } from '../json-place';
import { described, frameSchema, listSchema } from '../machine-json';
import type { JsonSchema } from '../machine-plan';
import { lastLevel, type Stage2Geometry } from './geometry';
import type { Stage2SlotSetup } from './stage2-slot';

const names = ['id', 'gfn', 'pages', 'pfn', 'hostPage', 'readOnly', 'dirtyLog'];
const frameBits = 40;

/** Sizes of the host's own pages, as a scenario names them: `4K`, `2M`, `1G`; `16K`, `32M` … */
export function hostPageNames(geometry: Stage2Geometry): Map<string, number> {
  const levels = [3, 2, 1].filter((level) => level >= geometry.blockLevel);
  return new Map(
    levels.map((level) => [formatSize(geometry.size(level)).replace(/ ?([KMG])iB$/, '$1'), level]),
  );
}

/** The memory slots of a scenario; they do not overlap. */
export function readStage2Slots(list: JsonPlace, geometry: Stage2Geometry): Stage2SlotSetup[] {
  const places = list.items();
  const slots = places.map((place) => readSlot(place, geometry));
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

function readSlot(place: JsonPlace, geometry: Stage2Geometry): Stage2SlotSetup {
  place.knowsOnly(names);
  const sizes = hostPageNames(geometry);
  const [smallest] = sizes.keys();
  const hostPage = place.member('hostPage').choice([...sizes.keys()], smallest);
  const baseGfn = place.member('gfn').address(frameBits) ?? 0;
  const pages = place.member('pages').address(frameBits) ?? 1;
  const end = geometry.frame(geometry.endAddress);
  if (pages < 1 || baseGfn + pages > end) {
    place.member('pages').fail(`the slot ends beyond 0x${end.toString(16)}, the end of the IPAs`);
  }
  return {
    id: place.member('id').count(0, 32_767) ?? 0,
    baseGfn,
    pages,
    basePfn: place.member('pfn').address(frameBits) ?? 0,
    hostLevel: sizes.get(hostPage ?? '') ?? lastLevel,
    readOnly: place.member('readOnly').flag(false) ?? false,
    dirtyLog: place.member('dirtyLog').flag(false) ?? false,
  };
}

function overlap(a: Stage2SlotSetup, b: Stage2SlotSetup): boolean {
  return a.baseGfn < b.baseGfn + b.pages && b.baseGfn < a.baseGfn + a.pages;
}

export const stage2SlotsSchema: JsonSchema = described(
  'memory slots; frames are pages of the granule',
  listSchema({
    type: 'object',
    required: ['id', 'gfn', 'pages', 'pfn'],
    additionalProperties: false,
    properties: {
      id: { type: 'integer', minimum: 0, maximum: 32_767 },
      gfn: described('first guest frame', frameSchema),
      pages: described('how many pages', frameSchema),
      pfn: described('host frame behind the first page', frameSchema),
      hostPage: described('the host’s own pages', {
        enum: ['4K', '2M', '1G', '16K', '32M', '64K', '512M'],
      }),
      readOnly: { type: 'boolean' },
      dirtyLog: described('writes are logged from the start', { type: 'boolean' }),
    },
  }),
);
