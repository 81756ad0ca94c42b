import type { Steps } from '../micro-step';
import type { Reason } from '../reasons';
import { trySet } from './break-make';
import type { Errno } from './errno';
import { type Walker, walkRange } from './pgtable-walk';
import type { Protection } from './protection';
import type { Stage2Task } from './stage2-task';
import type { VisitContext } from './visit-context';
import type { WalkFlag } from './walk-flags';

/** Bits of leaves that change: `stage2_update_leaf_attrs()`. */
interface AttributeChange {
  readonly set: bigint;
  readonly clear: bigint;
  readonly flags: readonly WalkFlag[];
  readonly why: Reason;
}

/** `stage2_attr_walker()` */
function attributeWalker(
  task: Stage2Task,
  change: AttributeChange,
  seen: (context: VisitContext) => void,
): Walker {
  const { machine } = task;
  const { descriptors, geometry, setup } = machine;
  function* visit(context: VisitContext): Steps<Errno | null> {
    const { old } = context;
    if (!descriptors.isValid(old)) return setup.walker.attributesNeedValid ? 'EAGAIN' : null;
    seen(context);
    const wanted = (old & ~change.clear) | change.set;
    if (wanted === old) return null;
    if (descriptors.isExecutable(wanted) && !descriptors.isExecutable(old)) {
      task.cleanCaches(wanted, geometry.size(context.level), 'instructions');
    }
    return (yield* trySet(task, context, wanted, change.why)) ? null : 'EAGAIN';
  }
  return { flags: [...change.flags, 'LEAF'], visit };
}

/** `kvm_pgtable_stage2_wrprotect()`: no TLBI here, the caller flushes. */
export function* writeProtectRange(
  task: Stage2Task,
  address: number,
  bytes: number,
): Steps<Errno | null> {
  const change: AttributeChange = {
    ...task.machine.descriptors.withoutWrite,
    flags: ['IGNORE_EAGAIN'],
    why: 'write-protect',
  };
  const walker = attributeWalker(task, change, () => undefined);
  return yield* walkRange(task, walker, address, bytes);
}

/** `kvm_pgtable_stage2_mkyoung()`: after an access-flag fault. */
export function* makeYoung(task: Stage2Task, address: number): Steps<Errno | null> {
  const change: AttributeChange = {
    ...task.machine.descriptors.young,
    flags: ['HANDLE_FAULT', 'SHARED'],
    why: 'stage2-young',
  };
  const walker = attributeWalker(task, change, () => undefined);
  return yield* walkRange(task, walker, address, 1);
}

/** `kvm_pgtable_stage2_relax_perms()`: rights are added to one leaf, never taken. */
export function* relaxPermissions(
  task: Stage2Task,
  address: number,
  wanted: Protection,
): Steps<Errno | null> {
  if (wanted.software !== 0) return 'EINVAL';
  const { descriptors, setup } = task.machine;
  let level: number | null = null;
  const change: AttributeChange = {
    ...descriptors.relaxation(wanted),
    flags: ['HANDLE_FAULT', 'SHARED'],
    why: 'stage2-relax',
  };
  const walker = attributeWalker(task, change, (context) => {
    level = context.level;
  });
  const error = yield* walkRange(task, walker, address, 1);
  if (error !== null) return error;
  const of = setup.walker.relaxFlush === 'local' ? 'local-address' : 'address';
  yield* task.invalidate({ of, address, level });
  return null;
}

/**
 * `kvm_pgtable_stage2_test_clear_young()`, before v6.5 `mkold` and `is_young` of one address: were
 * the leaves accessed? TLBI is the caller's business.
 * @returns whether one was
 */
export function* ageRange(
  task: Stage2Task,
  address: number,
  bytes: number,
  clears: boolean,
): Steps<boolean> {
  const { descriptors } = task.machine;
  let young = false;
  function* visit(context: VisitContext): Steps<Errno | null> {
    const { old } = context;
    if (!descriptors.isValid(old) || !descriptors.isYoung(old)) return null;
    young = true;
    if (!clears) return null;
    const wanted = old & ~descriptors.young.set;
    return (yield* trySet(task, context, wanted, 'age')) ? null : 'EAGAIN';
  }
  yield* walkRange(task, { flags: ['LEAF'], visit }, address, bytes);
  return young;
}
