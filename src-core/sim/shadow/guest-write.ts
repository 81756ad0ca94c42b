import type { Steps } from '../micro-step';
import { zapEntry } from './drop-spte';
import type { MmuPage } from './mmu-page';
import type { ShadowMachine } from './shadow-machine';
import type { ShadowTask } from './shadow-task';
import { commitZap, prepareZap } from './zap-page';

/** So many writes to a table without its being used, and it is taken for something else. */
const flooded = 3;

/** Memory of the guest is written, by the guest itself or for it. */
export function writeGuest(
  machine: ShadowMachine,
  gpa: number,
  value: bigint,
  by: 'guest' | 'emulator',
): void {
  const { entryBytes } = machine.kind.guestFormat;
  const old = machine.guest.read(gpa, entryBytes);
  machine.guest.write(gpa, entryBytes, value);
  machine.note(by === 'guest' ? 'guest-write' : 'emulated', {
    table: gpa - (gpa % 4096),
    index: (gpa % 4096) / entryBytes,
    gfn: Math.floor(gpa / 4096),
    old,
    new: value,
    text: by === 'guest' ? 'by the guest itself: KVM does not see it' : 'a write to memory',
  });
}

/** Entries of a page that shadow what was written. */
interface Written {
  readonly first: number;
  readonly count: number;
}

/**
 * `get_written_sptes()`: which entries a write concerns. A 4-byte entry stands for an 8-byte one, and
 * in a directory for two of them; the quadrant must be the page's own.
 */
export function writtenEntries(
  fourByte: boolean,
  page: Pick<MmuPage, 'level' | 'quadrant'>,
  offset: number,
): Written | null {
  if (!fourByte) return { first: Math.floor(offset / 8), count: 1 };
  let at = offset * 2;
  let count = 1;
  if (page.level === 2) {
    at = (at - (at % 8)) * 2;
    count = 2;
  }
  if (Math.floor(at / 4096) !== page.quadrant) return null;
  return { first: Math.floor((at % 4096) / 8), count };
}

/** `kvm_mmu_pte_write()`, `kvm_mmu_track_write()`: KVM wrote to a guest's table: its shadows follow. */
export function* trackWrite(task: ShadowTask, gpa: number): Steps {
  const { machine } = task;
  const gfn = Math.floor(gpa / 4096);
  if (machine.pages.shadowing(gfn).length === 0) return;
  yield* task.lockAlone();
  machine.counters.add('mmu_pte_write', 1);
  const gathered: MmuPage[] = [];
  let flush = false;
  for (const page of machine.pages.shadowing(gfn)) {
    if (isFlooded(machine, page)) {
      prepareZap(machine, page, gathered);
      machine.counters.add('mmu_flooded', 1);
      continue;
    }
    const written = writtenEntries(machine.kind.guest.fourByteEntries, page, gpa % 4096);
    if (!written) continue;
    flush = zapWritten(machine, page, written) || flush;
  }
  if (gathered.length > 0) yield* commitZap(task, gathered);
  else if (flush) yield* task.flush();
  yield* task.unlock();
}

function zapWritten(machine: ShadowMachine, page: MmuPage, { first, count }: Written): boolean {
  let flush = false;
  for (let index = first; index < first + count; index++) {
    flush = zapEntry(machine, page, index, 'shadow-zap-entry') || flush;
    if (page.level > 1) machine.counters.add('mmu_pde_zapped', 1);
  }
  return flush;
}

/** `detect_write_flooding()`; writes that do not fit an entry cannot be made here. */
function isFlooded(machine: ShadowMachine, page: MmuPage): boolean {
  if (page.level === 1) return false;
  machine.journal.assign(page, 'writeFlooding', page.writeFlooding + 1);
  return page.writeFlooding >= flooded;
}
