import type { ShadowMachine } from '../shadow/shadow-machine';
import { gfnOf } from '../shadow/mmu-page';
import type { RowAction } from './machine-view';
import { entryOf, type Holder } from './shadow-holder';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** What can be done to an entry of the guest's tables or of a shadow page. */
export function shadowActions(machine: ShadowMachine, holder: Holder, index: number): RowAction[] {
  const gva = hex(entryOf(holder, index).gfn * 4096);
  const actions: RowAction[] = [
    {
      verb: 'access',
      title: 'Let the Guest Access It',
      operation: 'access',
      arguments: { gva },
      ask: ['access'],
    },
    {
      verb: 'other',
      title: 'Invalidate (INVLPG)',
      operation: 'invlpg',
      arguments: { gva },
      ask: [],
    },
  ];
  const child = holder.child(index);
  if (child?.page) {
    const { gfn, direct } = child.page;
    actions.push({
      verb: 'zap',
      title: 'Zap the Shadow Page',
      operation: 'zap-page',
      arguments: { gfn: hex(gfn), which: direct ? 'direct' : 'indirect' },
      ask: [],
    });
  }
  if (holder.page && holder.isLeaf(index)) {
    const gfn = hex(gfnOf(holder.page, index));
    actions.push(
      {
        verb: 'other',
        title: 'Who Maps This Frame?',
        operation: 'who-maps',
        arguments: { gfn },
        ask: [],
      },
      {
        verb: 'other',
        title: 'Move the Host’s Page…',
        operation: 'host-change',
        arguments: { gfn },
        ask: ['pfn'],
      },
    );
    const slot = machine.slotOf(gfnOf(holder.page, index));
    if (slot) {
      actions.push({
        verb: 'write-protect',
        title: `Write-Protect Slot ${slot.setup.id}`,
        operation: 'write-protect',
        arguments: { slot: slot.setup.id },
        ask: [],
      });
    }
  }
  return actions;
}
