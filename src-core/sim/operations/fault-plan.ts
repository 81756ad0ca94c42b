import { frameNumber, isExecutable, isLast, isShadowPresent, isWritable } from '../../kvm/spte';
import type { SpteMasks } from '../../kvm/spte-masks';
import type { Machine } from '../machine';
import type { Memslot } from '../memslot';
import type { TdpIter } from '../tdp-iter';

/** What a guest wanted to do. */
export const accessKinds = ['read', 'write', 'execute'] as const;

export type AccessKind = (typeof accessKinds)[number];

export interface FaultRequest {
  readonly gfn: number;
  readonly asId: number;
  readonly access: AccessKind;
  /** Largest level the caller wants. */
  readonly maxLevel: number;
  /** Nobody asked for this page yet: it is made, but not accessed. */
  readonly prefetch: boolean;
  /** TDX: of private memory, that is without the shared bit. */
  readonly private: boolean;
}

/** How a fault is going to be mapped. Source: `kvm_mmu_hugepage_adjust()`, mmu.c. */
export interface FaultPlan {
  readonly slot: Memslot | undefined;
  /** Executable code may not have a huge page here (iTLB multihit). */
  readonly hugeDisallowed: boolean;
  /** Level that slot, host and caller would allow. */
  readonly reqLevel: number;
  readonly goalLevel: number;
}

export function planFault(machine: Machine, request: FaultRequest): FaultPlan {
  const slot = machine.slotOf(request.gfn, request.asId);
  const hugeDisallowed = machine.setup.nxHugePages && request.access === 'execute';
  const reqLevel =
    !slot || slot.dirtyLog || request.private
      ? 1
      : Math.min(request.maxLevel, slot.maxMappingLevel(request.gfn));
  return { slot, hugeDisallowed, reqLevel, goalLevel: hugeDisallowed ? 1 : reqLevel };
}

/**
 * Where a table already stands in the goal's place the fault goes below it, level by level.
 * Source: `disallowed_hugepage_adjust()`, mmu.c.
 */
export function loweredGoal(machine: Machine, iter: TdpIter, goal: number): number {
  if (!machine.setup.nxHugePages || goal === 1 || iter.level !== goal) return goal;
  const { masks, operations } = machine.kind;
  const spte = iter.oldSpte;
  if (!isShadowPresent(masks, spte) || isLast(spte, iter.level)) return goal;
  const table = machine.pages.get(Number(frameNumber(masks, spte)) * 4096);
  return operations.lowersBelowAnyTable || table?.nxDisallowed === true ? goal - 1 : goal;
}

/** `is_access_allowed()`. */
export function isAccessAllowed(masks: SpteMasks, spte: bigint, access: AccessKind): boolean {
  if (access === 'write') return isWritable(spte);
  if (access === 'execute') return isExecutable(masks, spte);
  return (spte & 1n) !== 0n;
}
