import { descsOf, entriesOf, headWord, type PteListHead } from '../shadow/pte-list';
import { describeHead, descMembers } from '../shadow/pte-list-words';
import type { ShadowMachine } from '../shadow/shadow-machine';
import { formatWord } from '../../word';
import type { RowExplanation, TreeRow } from './machine-view';
import { parseRowId } from './row-id';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Frames whose lists are shown. */
const mostFrames = 512;

const plain = { changed: false, mark: null, entry: null, actions: [] } as const;

interface UsedHead {
  readonly slotId: number;
  readonly level: number;
  readonly gfn: number;
  readonly head: PteListHead;
}

export const rmapGroup = 'group:rmaps';

function idOf({ slotId, level, gfn }: UsedHead): string {
  return `rmap:${slotId}.${level}.${hex(gfn)}`;
}

function sorted(machine: ShadowMachine): UsedHead[] {
  return [...machine.rmaps.used()].sort((a, b) => a.gfn - b.gfn || a.level - b.level);
}

/** The heading over the frames that are mapped; `null`: none is. */
export function rmapGroupRow(machine: ShadowMachine): TreeRow | null {
  const { length } = [...machine.rmaps.used()];
  if (length === 0) return null;
  const { descBytes, capacity, source } = machine.kind.lists;
  return {
    id: rmapGroup,
    kind: 'group',
    label: 'Who maps each frame (rmaps)',
    description: `${length === 1 ? '1 frame' : `${length} frames`}, descriptors of ${descBytes} bytes for ${capacity} entries, ${source}`,
    hasChildren: true,
    ...plain,
  };
}

export function rmapRows(machine: ShadowMachine): TreeRow[] {
  return sorted(machine)
    .slice(0, mostFrames)
    .map((used) => ({
      id: idOf(used),
      kind: 'group',
      label: `GFN ${hex(used.gfn)}${used.level > 1 ? ` (level ${used.level})` : ''}`,
      description: describeHead(machine.kind.lists, used.head),
      hasChildren: true,
      ...plain,
    }));
}

function headOf(machine: ShadowMachine, id: string): UsedHead | undefined {
  const [, slotText, levelText, gfnText] = /^rmap:(\d+)\.(\d)\.(0x[\da-f]+)/.exec(id) ?? [];
  const slot = machine.slots.find(({ setup }) => setup.id === Number(slotText));
  if (!slot) return undefined;
  const [level, gfn] = [Number(levelText), Number(gfnText)];
  const head = machine.rmaps.head(slot, level, gfn);
  return head.chain === null ? undefined : { slotId: slot.setup.id, level, gfn, head };
}

/** Below a frame: its descriptors, or its only entry; below a descriptor its entries. */
export function rmapChildren(machine: ShadowMachine, id: string): TreeRow[] {
  const used = headOf(machine, id);
  const indices = parseRowId(id)?.indices ?? [];
  if (!used || indices.length > 1) return [];
  const descs = descsOf(used.head);
  if (indices.length === 1)
    return (descs[indices[0]!]?.sptes ?? []).map((at, n) => spteRow(id, at, n));
  if (descs.length === 0) return entriesOf(used.head).map((at, n) => spteRow(id, at, n));
  return descs.map((desc, number) => {
    const members = descMembers(machine.kind.lists, desc).filter(({ name }) => !name.includes('['));
    const full = `${desc.sptes.length} of ${machine.kind.lists.capacity}`;
    return {
      id: `${id}/${number}`,
      kind: 'group',
      label: `pte_list_desc ${hex(desc.address)}`,
      description: [full, ...members.map(({ name, value }) => `${name} ${value}`)].join(', '),
      hasChildren: true,
      ...plain,
    };
  });
}

function spteRow(parent: string, address: number, number: number): TreeRow {
  const table = address - (address % 4096);
  return {
    id: `${parent}/${number}`,
    kind: 'leaf',
    label: `sptes[${number}] = ${hex(address)}`,
    description: `table ${hex(table)}[${(address % 4096) / 8}]`,
    hasChildren: false,
    ...plain,
  };
}

export function explainRmap(machine: ShadowMachine, id: string): RowExplanation | null {
  const used = headOf(machine, id);
  if (!used) return null;
  const { lists } = machine.kind;
  const lines = [
    `Head: ${formatWord(headWord(used.head))}. Bit 0 set: descriptors; clear: the only entry itself.`,
    ...descsOf(used.head).map((desc) =>
      descMembers(lists, desc)
        .map(({ name, offset, value }) => `+${offset} ${name} = ${value}`)
        .join('; '),
    ),
    `${lists.source}: descriptors of ${lists.descBytes} bytes, PTE_LIST_EXT ${lists.capacity}.`,
  ];
  return { kind: 'words', title: `rmap of GFN ${hex(used.gfn)}, level ${used.level}`, lines };
}
