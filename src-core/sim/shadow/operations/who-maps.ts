import { entriesOf } from '../pte-list';
import { describeHead } from '../pte-list-words';
import { roundGfn } from '../../table-page';
import { agrees, mappingsByTables } from '../who-maps';
import { highestLeaf } from '../write-protect-gfn';
import { spteIndex } from '../mmu-page';
import { defineShadowOperation, physicalFrameParameter } from './shadow-operation';

export const whoMaps = defineShadowOperation({
  name: 'who-maps',
  title: 'Who Maps This Frame?',
  summary: 'The rmap names every entry that maps a guest frame; the tables are asked as well.',
  source: 'for_each_rmap_spte(), mmu.c',
  parameters: { gfn: physicalFrameParameter('guest frame') },
  *run(task, { gfn }, machine) {
    const slot = machine.slotOf(gfn);
    if (!slot) return 'no slot holds the frame: it has no rmap';
    yield* task.lockAlone();
    const found: number[] = [];
    for (let level = 1; level <= highestLeaf; level++) {
      const head = machine.rmaps.head(slot, level, gfn);
      if (head.chain === null) continue;
      const first = roundGfn(gfn, level);
      machine.note('rmap-found', {
        level,
        gfn: first,
        text: describeHead(machine.kind.lists, head),
      });
      for (const address of entriesOf(head)) {
        const page = machine.pages.holding(address)!;
        const index = spteIndex(address);
        const { table } = page;
        machine.note('rmap-found', {
          table: table.pa,
          index,
          level,
          gfn: first,
          old: table.entry(index),
        });
        found.push(address);
        yield task.step('rmap-entry');
      }
    }
    const same = agrees(found, mappingsByTables(machine, gfn));
    yield* task.unlock();
    return `${found.length} entries map it: ${same ? 'the tables say the same' : 'the tables say otherwise'}`;
  },
});
