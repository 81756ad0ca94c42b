import { frameNumber, isLast, isShadowPresent } from '../kvm/spte';
import type { SpteMasks } from '../kvm/spte-masks';

/** One entry's change, as the books see it. */
export interface SpteChange {
  readonly asId: number;
  readonly gfn: number;
  readonly level: number;
  readonly old: bigint;
  readonly new: bigint;
  /** Under the shared lock: others may change entries of a removed table at the same time. */
  readonly shared: boolean;
  /** Aging reports the page itself: the books do not hand its accessed state over. */
  readonly keepsAccessed?: boolean;
}

/** What the books ask of a change first. Source: the first lines of `handle_changed_spte()`. */
export interface ChangeFacts {
  readonly wasPresent: boolean;
  readonly isPresent: boolean;
  readonly wasLeaf: boolean;
  readonly isLeaf: boolean;
  /** Computed for values that are not present as well. */
  readonly pfnChanged: boolean;
}

export function changeFacts(masks: SpteMasks, change: SpteChange): ChangeFacts {
  const wasPresent = isShadowPresent(masks, change.old);
  const isPresent = isShadowPresent(masks, change.new);
  return {
    wasPresent,
    isPresent,
    wasLeaf: wasPresent && isLast(change.old, change.level),
    isLeaf: isPresent && isLast(change.new, change.level),
    pfnChanged: frameNumber(masks, change.old) !== frameNumber(masks, change.new),
  };
}
