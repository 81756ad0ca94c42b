import { isShadowPresent } from '../../kvm/spte';
import type { Machine } from '../machine';
import type { ShadowPage } from '../shadow-page';
import { entriesPerTable } from '../table-page';
import type { RowExplanation } from './machine-view';
import { gfnSpan, requestOf } from './tdp-entry-row';
import { placeOf, type TablePlace, type TdpTree } from './tdp-tree';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** An entry, or a run of them by its first: its own decode, where it stands, the slot behind it. */
export function explainEntry(
  tree: TdpTree,
  holder: TablePlace,
  index: number,
  count: number,
): RowExplanation {
  const entry = tree.entryOf(holder, index);
  const where = `Entry ${index} of the level-${holder.level} table ${hex(holder.table.pa)}: ${gfnSpan(entry)}.`;
  const more = count > 1 ? [`The first of ${count} alike: ${gfnSpan(entry, count)}.`] : [];
  const slot = slotNote(tree.machine, entry.gfn, holder.asId);
  return { kind: 'entry', request: requestOf(tree.machine, entry), notes: [where, ...more, slot] };
}

/** What KVM knows of a table beside its entries. */
export function explainPage(tree: TdpTree, page: ShadowPage): RowExplanation {
  const { level, gfn, asId, nxDisallowed, nxTracked, invalid, root, table } = page;
  const { machine } = tree;
  const { masks } = machine.kind;
  const present = tree
    .folds(placeOf(page), null, undefined)
    .filter(({ first }) => isShadowPresent(masks, table.entry(first)))
    .reduce((sum, { count }) => sum + count, 0);
  const lines = [
    root
      ? `Root of address space ${asId}, ${level} levels.`
      : `Level ${level}, ${gfnSpan({ gfn, level: level + 1 })}.`,
    `${present} of ${entriesPerTable} entries are present.`,
    ...(invalid ? ['Invalid: no vCPU uses it any more, its entries are being zapped.'] : []),
    ...(nxDisallowed ? ['Exists so that executable code gets small pages.'] : []),
    ...(nxTracked ? ['Counted as NX split: zapped over time to try a huge page again.'] : []),
    ...(machine.pages.isQueued(page) ? ['Unlinked: freed when its readers are gone.'] : []),
  ];
  return { kind: 'words', title: `${root ? 'Root' : 'Table'} ${hex(table.pa)}`, lines };
}

function slotNote(machine: Machine, gfn: number, asId: number): string {
  const slot = machine.slotOf(gfn, asId);
  if (!slot) return `No memory slot holds GFN ${hex(gfn)}: it is MMIO.`;
  const log = slot.dirtyLog
    ? slot.dirty.has(gfn)
      ? ', in the dirty log'
      : ', writes are logged'
    : '';
  return `Memory slot ${slot.setup.id}: host frame ${hex(slot.pfnOf(gfn))}${log}.`;
}
