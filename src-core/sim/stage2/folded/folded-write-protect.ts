import type { Steps } from '../../micro-step';
import type { Range } from '../map-range';
import type { Stage2Task } from '../stage2-task';
import { FoldedWalk } from './folded-walk';

/** `stage2_wp_range()`. Source: Linux 4.20 `virt/kvm/arm/mmu.c`. */
export function* foldedWriteProtect(task: Stage2Task, range: Range): Steps<null> {
  const { machine } = task;
  const walk = new FoldedWalk(task, {
    call: 'stage2_wp',
    *leaf(place) {
      const old = machine.tables.entry(place.table, place.index);
      const wanted = old & ~machine.descriptors.withoutWrite.clear;
      if (wanted === old) return;
      machine.store(place, wanted, 'write-protect');
      yield task.at('write');
    },
  });
  yield* walk.run(range);
  return null;
}
