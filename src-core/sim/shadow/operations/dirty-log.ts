import type { Steps } from '../../micro-step';
import { flagParameter, slotParameter } from '../../operations/parameter';
import { pagesAtLevel, roundGfn } from '../../table-page';
import { zapRmap } from '../drop-spte';
import { type SplitFigures, splitSlot } from '../eager-split';
import type { ShadowMachine } from '../shadow-machine';
import type { ShadowTask } from '../shadow-task';
import { highestLeaf, writeProtectGfn } from '../write-protect-gfn';
import { defineShadowOperation } from './shadow-operation';

type Slot = ShadowMachine['slots'][number];

function slotById({ slots }: ShadowMachine, id: number): Slot {
  return slots.find(({ setup }) => setup.id === id)!;
}

/** `kvm_mmu_slot_remove_write_access()`: everything the slot's rmaps name loses W. */
function* protectSlot(task: ShadowTask, slot: Slot): Steps<boolean> {
  const { machine } = task;
  let flush = false;
  for (let level = 1; level <= highestLeaf; level++) {
    const pages = pagesAtLevel[level]!;
    for (let gfn = roundGfn(slot.setup.baseGfn, level); gfn < slot.endGfn; gfn += pages) {
      if (machine.rmaps.head(slot, level, gfn).chain === null) continue;
      flush = writeProtectGfn(machine, slot, gfn, false, level) || flush;
      yield task.step('rmap-entry');
    }
  }
  return flush;
}

/** The cache is given back with the end of splitting: `free_split_caches()`. */
function describeSplit(machine: ShadowMachine, { split, dropped }: SplitFigures): string {
  const { desc } = machine.splitCaches;
  const { allocated } = desc.state;
  const unused = Object.values(machine.splitCaches).map((cache) => cache.free())[0]!;
  return (
    `${split} huge pages split, the lock dropped ${dropped} times for caches; ` +
    `${desc.form.name}: ${allocated} descriptors allocated, ${unused} never used`
  );
}

export const dirtyLog = defineShadowOperation({
  name: 'dirty-log',
  title: 'Dirty Logging',
  summary:
    'Writes to a slot are logged from now on, or no longer; huge pages of a nested guest are split first.',
  source: 'kvm_mmu_slot_apply_flags(), x86.c; kvm_shadow_mmu_try_split_huge_pages(), mmu.c, v6.1',
  parameters: {
    slot: slotParameter,
    on: flagParameter('writes are logged from now on'),
  },
  *run(task, { slot: id, on }, machine) {
    const slot = slotById(machine, id);
    machine.journal.assign(slot, 'dirtyLog', on);
    machine.note('slot-changed', {
      text: `slot ${id}: writes are ${on ? '' : 'no longer '}logged`,
    });
    if (!on) return yield* stopLogging(task, slot);
    let outcome = '';
    yield* task.lockAlone();
    const { guest, form } = machine.kind;
    if (guest.nested && form.splitsNested && machine.setup.eagerSplit) {
      outcome = `${describeSplit(machine, yield* splitSlot(task, slot))}; `;
    }
    const flush = yield* protectSlot(task, slot);
    yield* task.unlock();
    if (flush) yield* task.flush();
    return `${outcome}the slot is write-protected`;
  },
});

/** Small mappings that could be huge again go: `kvm_mmu_zap_collapsible_sptes()`. */
function* stopLogging(task: ShadowTask, slot: Slot): Steps<string> {
  const { machine } = task;
  yield* task.lockAlone();
  let gone = 0;
  for (let gfn = slot.setup.baseGfn; gfn < slot.endGfn; gfn++) {
    const head = machine.rmaps.head(slot, 1, gfn);
    if (head.chain === null || slot.maxMappingLevel(gfn) === 1) continue;
    gone += zapRmap(machine, head, ({ direct }) => direct);
  }
  yield task.step('rmap-entry');
  if (gone > 0) yield* task.flush();
  yield* task.unlock();
  return `${gone} small mappings zapped: the next faults may map huge pages`;
}

export const writeProtect = defineShadowOperation({
  name: 'write-protect',
  title: 'Write-Protect a Slot',
  summary:
    'Everything that the slot’s rmaps name loses write access, so that the next write shows.',
  source: 'kvm_mmu_slot_remove_write_access(), rmap_write_protect(), mmu.c',
  parameters: { slot: slotParameter },
  *run(task, { slot: id }, machine) {
    yield* task.lockAlone();
    const flush = yield* protectSlot(task, slotById(machine, id));
    yield* task.unlock();
    if (flush) yield* task.flush();
    return flush ? 'write access taken away' : 'nothing was writable';
  },
});
