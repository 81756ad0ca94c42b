import { adEnabled, isAccessTracked, isLocklesslyWritable, isWritable } from './spte';
import type { SpteMasks } from './spte-masks';

/** A changed entry, and whether the kernel would WARN about what it was given. */
export interface TrackedSpte {
  readonly spte: bigint;
  readonly warns: boolean;
}

/** The field in which permissions are parked while an entry is tracked; 0 where there is none. */
export function savedField(masks: SpteMasks): bigint {
  const rule = masks.era.accessTracking;
  return rule ? rule.saved << BigInt(rule.shift) : 0n;
}

/**
 * `mark_spte_for_access_track()`: aging. With A/D bits the accessed bit is cleared; without, R and X
 * are parked and all permissions taken away.
 * Source: arch/x86/kvm/mmu/spte.c (mmu.c before v5.10).
 */
export function markForAccessTracking(masks: SpteMasks, spte: bigint): TrackedSpte {
  const rule = masks.era.accessTracking;
  if (rule === null || adEnabled(masks, spte) === true) {
    return { spte: spte & ~masks.accessed, warns: false };
  }
  if (isAccessTracked(masks, spte) === true) return { spte, warns: false };
  const warnsAboutWrite =
    masks.era.locklessWritable === 'host-and-mmu' &&
    isWritable(spte) &&
    !isLocklesslyWritable(masks, spte);
  const saved = (spte & rule.saved) << BigInt(rule.shift);
  const taken = masks.accessTrack | (rule.clearsAccessed ? masks.accessed : 0n);
  return {
    spte: (spte | saved) & ~taken,
    warns: warnsAboutWrite || (spte & savedField(masks)) !== 0n,
  };
}

/** `restore_acc_track_spte()`: the parked permissions come back; W does not. */
export function restoreAccessTracked(masks: SpteMasks, spte: bigint): bigint {
  return (spte & ~masks.accessTrack & ~savedField(masks)) | savedPermissions(masks, spte);
}

/** The permissions parked in an entry, where the entry itself would have them. */
export function savedPermissions(masks: SpteMasks, spte: bigint): bigint {
  const rule = masks.era.accessTracking;
  return rule ? (spte >> BigInt(rule.shift)) & rule.saved : 0n;
}
