import type { Stage2Machine } from '../stage2/stage2-machine';
import type { Stage2Table } from '../stage2/stage2-table';
import type { RowExplanation } from './machine-view';
import { referencesText } from './stage2-entry-row';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** What a row says of the root. */
export function stage2RootText({ setup, tables, geometry }: Stage2Machine): string {
  const { granule, ipaBits, levels } = setup.layout;
  const parts = [
    `stage 2, ${granule.name} pages, ${ipaBits}-bit IPAs`,
    `${levels} levels from ${geometry.startLevel}`,
    tables.root.length > 1 ? `${tables.root.length} concatenated tables` : '',
    `kernel ${setup.kernel}`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** What a row says of a table by itself. */
export function stage2TableText({ geometry }: Stage2Machine, table: Stage2Table): string {
  const { level, start, entries, count } = table;
  const end = start + entries * geometry.size(level) - 1;
  return `level ${level}, IPA ${hex(start)}–${hex(end)}, ${referencesText(count)}`;
}

/** The root at length. */
export function explainStage2Root(machine: Stage2Machine): RowExplanation {
  const { setup, tables, geometry } = machine;
  const { ipaBits, entryShift, entries } = setup.layout;
  const lines = [
    `${stage2RootText(machine)}.`,
    `The root's index is IPA[${ipaBits - 1}:${entryShift}]: ${entries} entries.`,
    tables.root.length > 1
      ? `${tables.root.length} tables of ${geometry.entriesPerTable} entries stand one after another and are indexed as one; they save a level.`
      : `${referencesText(tables.root[0]!.count)}.`,
    `Aligned to ${hex(geometry.rootAlignment)}.`,
  ];
  return { kind: 'words', title: `Stage-2 root ${hex(setup.root)}`, lines };
}

/** A table at length. */
export function explainStage2Table(machine: Stage2Machine, table: Stage2Table): RowExplanation {
  const waits = machine.tables.queue.has(table);
  const lines = [
    `${stage2TableText(machine, table)}.`,
    'A table has one reference for being there and one for each entry that is not 0.',
    ...(waits ? ['Cut off: freed when nobody walks it any more.'] : []),
  ];
  return { kind: 'words', title: `Table ${hex(table.pa)}`, lines };
}

/** The memory slot behind a frame. */
export function stage2SlotNote(machine: Stage2Machine, gfn: number): string {
  const address = gfn * machine.geometry.pageBytes;
  const slot = machine.slotOf(address);
  if (!slot) return `No memory slot holds IPA ${hex(address)}.`;
  const logged = slot.dirty.has(gfn) ? ', in the dirty log' : ', writes are logged';
  return `Memory slot ${slot.setup.id}: host address ${hex(slot.physical(address))}${slot.dirtyLog ? logged : ''}.`;
}
