import { choiceParameter, flagParameter } from '../../operations/parameter';
import { type Errno, outcome } from '../errno';
import { foldedMap } from '../folded/folded-map';
import { mapRange } from '../map-range';
import { vcpuCacheCapacity } from '../memory-cache';
import { memoryKinds, protection, rightsNames } from '../protection';
import {
  defineStage2Operation,
  physicalParameter,
  rangeConflict,
  rangeOf,
  rangeParameters,
} from './define';

export const map = defineStage2Operation({
  name: 'map',
  title: 'Map',
  summary: 'Maps a range, with blocks as large as alignment and size allow.',
  source: 'kvm_pgtable_stage2_map(); before v5.10 stage2_set_pte(), stage2_set_pmd_huge()',
  parameters: {
    ...rangeParameters,
    pa: physicalParameter,
    rights: choiceParameter('what is allowed', rightsNames, 'rw'),
    memory: choiceParameter('kind of memory', memoryKinds, 'normal'),
    pages: flagParameter('pages only, no blocks', false),
    shared: flagParameter('other walks may run at once (v6.2 and later)', false),
  },
  conflict: (args, setup) => {
    const page = 2 ** setup.layout.granule.pageShift;
    if (args.pa % page !== args.ipa % page) {
      return { name: 'pa', message: 'IPA and PA lie differently in their pages' };
    }
    return rangeConflict(args, setup);
  },
  *run(task, args, { setup, vcpuCache, geometry }) {
    const { address, bytes } = rangeOf(setup, args);
    const mapping = {
      address,
      bytes,
      physical: args.pa - (args.pa % geometry.pageBytes),
      rights: protection(args.rights, args.memory),
      forcePages: args.pages,
      cache: vcpuCache,
    };
    if (setup.layout.form !== 'current') return yield* foldedMap(task, mapping);
    const gigantic = geometry.size(Math.max(geometry.blockLevel, geometry.startLevel));
    yield* task.lock(args.shared && setup.walker.sharedFaults ? 'shared' : 'exclusive');
    let error: Errno | null = null;
    const end = address + bytes;
    for (let from = address; from < end && error === null;) {
      const physical = mapping.physical + (from - address);
      // The cache has tables for one way down, so a walk stays within one entry of level 2.
      const huge = !args.pages && from % gigantic === 0 && physical % gigantic === 0;
      const part = huge && end - from >= gigantic ? gigantic : geometry.size(2);
      vcpuCache.topUp(vcpuCacheCapacity, setup.layout.levels - 1);
      const next = Math.min(end, (Math.floor(from / part) + 1) * part);
      error = yield* mapRange(task, {
        ...mapping,
        address: from,
        bytes: next - from,
        physical,
        flags: args.shared ? ['HANDLE_FAULT', 'SHARED'] : [],
      });
      from = next;
    }
    yield* task.unlock();
    return outcome(error, 'mapped');
  },
});
