import type { Machine } from '../machine';
import type { Steps } from '../micro-step';
import type { ShadowPage } from '../shadow-page';
import type { Task } from '../task';

/**
 * The root that vCPUs of an address space use; a new one where all are invalid.
 * Source: `kvm_tdp_mmu_get_vcpu_root_hpa()`, tdp_mmu.c.
 * @returns undefined: no memory
 */
export function* ensureRoot(
  task: Task,
  asId: number,
  isPrivate = false,
): Steps<ShadowPage | undefined> {
  const { machine } = task;
  const known = machine.rootFor(asId, isPrivate);
  if (known) return known;
  yield* task.lock('exclusive');
  // Another vCPU may have made one in the meantime.
  const root = machine.rootFor(asId, isPrivate) ?? allocateRoot(machine, asId, isPrivate);
  yield* task.unlock();
  return root;
}

function allocateRoot(machine: Machine, asId: number, mirror: boolean): ShadowPage | undefined {
  const level = machine.setup.levels;
  const root = machine.pages.allocate({ level, gfn: 0, asId, mirror, root: true });
  if (!root) return undefined;
  machine.journal.addTo(machine.roots, root);
  const text = mirror ? { text: 'mirror' } : {};
  machine.note('root-allocated', { table: root.table.pa, level, asId, ...text });
  return root;
}
