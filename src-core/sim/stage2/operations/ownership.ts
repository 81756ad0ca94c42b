import { choiceParameter, countParameter } from '../../operations/parameter';
import type { Parameter } from '../../operations/parameter';
import { mostOwnerId } from '../../../kvm/arm64-kvm-rows';
import { type Errno, outcome } from '../errno';
import { annotateRange, type Range } from '../map-range';
import { vcpuCacheCapacity } from '../memory-cache';
import type { Steps } from '../../micro-step';
import type { Stage2Setup } from '../stage2-setup';
import type { Stage2Task } from '../stage2-task';
import { defineStage2Operation, rangeConflict, rangeOf, rangeParameters } from './define';

/** Pages of one owner after another: each walk gets the tables it may need. */
function* annotatePages(task: Stage2Task, range: Range, annotation: bigint): Steps<string> {
  const { machine } = task;
  const { vcpuCache, geometry, setup } = machine;
  const end = range.address + range.bytes;
  yield* task.lock('exclusive');
  let error: Errno | null = null;
  for (let address = range.address; address < end && error === null;) {
    vcpuCache.topUp(vcpuCacheCapacity, setup.layout.levels - 1);
    const block = geometry.size(2);
    const next = Math.min(end, (Math.floor(address / block) + 1) * block);
    error = yield* annotateRange(task, { address, bytes: next - address }, annotation, vcpuCache);
    address = next;
  }
  yield* task.unlock();
  return outcome(error, 'noted');
}

/** Source: Linux 6.1, 6.12 `KVM_INVALID_PTE_OWNER_MASK`, `KVM_MAX_OWNER_ID`. */
export const setOwner = defineStage2Operation({
  name: 'set-owner',
  title: 'Set Owner',
  summary: 'pKVM: notes in invalid entries who owns the pages; 0, the host, empties them.',
  source: 'kvm_pgtable_stage2_set_owner()',
  parameters: {
    ...rangeParameters,
    owner: countParameter('0 host, 1 hypervisor', 0, mostOwnerId),
  },
  refusal: ({ walker }) =>
    walker.ownership === 'set-owner' ? null : 'owners were noted like this from v5.13 to v7.0',
  conflict: rangeConflict,
  run: (task, args, { setup }) => {
    const { annotation } = setup.descriptors.row;
    const low = annotation.kind === 'owner' ? BigInt(annotation.low) : 0n;
    return annotatePages(task, rangeOf(setup, args), BigInt(args.owner) << low);
  },
});

const annotationKinds = ['donation', 'poisoned'] as const;
/** `enum kvm_invalid_pte_type`, bits 63:60. Source: Linux 7.2 `kvm_pgtable.h`. */
const typeNumbers: Readonly<Record<(typeof annotationKinds)[number], bigint>> = {
  donation: 2n,
  poisoned: 3n,
};

/** A number that may be left out: 0. */
function optionalFrame(meaning: string, bits: number): Parameter<number> {
  return {
    shape: { kind: 'address' },
    meaning,
    optional: true,
    read: (place) => place.address(bits, 0),
  };
}

/** Payload of a donation: owner in bits 3:1, handle in 19:4, gfn in 59:20. Source: Linux 7.2 `memory.h`. */
function annotationOf(args: {
  type: (typeof annotationKinds)[number];
  owner: number;
  handle: number;
  gfn: number;
}): bigint {
  const type = typeNumbers[args.type] << 60n;
  if (args.type !== 'donation') return type;
  return (
    type | (BigInt(args.owner) << 1n) | (BigInt(args.handle) << 4n) | (BigInt(args.gfn) << 20n)
  );
}

function annotateRefusal({ walker }: Stage2Setup): string | null {
  return walker.ownership === 'annotate' ? null : 'typed annotations came with v7.1';
}

export const annotate = defineStage2Operation({
  name: 'annotate',
  title: 'Annotate',
  summary: 'pKVM: notes in invalid entries of the host’s stage 2 whom the pages went to.',
  source: 'kvm_pgtable_stage2_annotate()',
  parameters: {
    ...rangeParameters,
    type: choiceParameter('what is noted', annotationKinds, 'donation'),
    owner: countParameter('1 hypervisor, 2 a guest', 1, 2, 1),
    handle: optionalFrame('the guest’s handle', 16),
    gfn: optionalFrame('the guest’s frame', 40),
  },
  refusal: annotateRefusal,
  conflict: rangeConflict,
  run: (task, args, { setup }) => annotatePages(task, rangeOf(setup, args), annotationOf(args)),
});
