import assert from 'node:assert/strict';

import { printRole, roleFields } from '../../../../src-core/kvm/role';
import type { SimEvent } from '../../../../src-core/sim/event-log';
import type { ShadowMachine } from '../../../../src-core/sim/shadow/shadow-machine';
import { capturedGuests, type CapturedGuest } from './captured-guests';
import { shadowScenario, ShadowVm } from './shadow-vm';
import { flagsOf, readTracedGuest, type TracedFault, type TracedGuest } from './traced-faults';

const accessed = 0x20n;
const dirty = 0x40n;

/** The machine's events in the words of a trace's lines. */
function effectOf(machine: ShadowMachine, event: SimEvent): string | null {
  const { roles } = machine.kind;
  const page = event.table === null ? undefined : machine.pages.get(event.table);
  const role = page ? printRole(roleFields(page.role, roles), roles) : '';
  const gfn = event.gfn?.toString(16) ?? '';
  switch (event.kind) {
    case 'table-allocated':
      return `page ${gfn} ${role} new`;
    case 'page-found':
      return `page ${gfn} ${role} existing`;
    case 'unsync':
      return `unsync ${gfn} ${role}`;
    case 'write':
      if (event.why === 'mmio-install') return `mmio ${gfn}`;
      // An entry that led to a table and is cleared is no mapping.
      return gfn !== '' && (event.why === 'shadow-map' || event.why === 'shadow-prefetch')
        ? `set ${gfn} level ${event.level!} ${flagsOf(event.new!)}`
        : null;
    default:
      return null;
  }
}

/** Guest memory as it was when the stretch of the trace began. */
function windBack(machine: ShadowMachine, guest: CapturedGuest, traced: TracedGuest): void {
  const { entryBytes } = machine.kind.guestFormat;
  for (const gpa of guest.entryAddresses) {
    const now = machine.guest.read(gpa, entryBytes);
    // A bit that KVM set later was not there yet; one that it never set was the guest's own.
    const laterA = traced.accessedEver.has(gpa) && !traced.accessedBefore.has(gpa);
    const laterD = traced.dirtiedEver.has(gpa) && !traced.dirtiedBefore.has(gpa);
    machine.guest.write(gpa, entryBytes, now & ~(laterA ? accessed : 0n) & ~(laterD ? dirty : 0n));
  }
  // What the guest changed later is told by what was read first.
  for (const fault of [...traced.faults].reverse()) showEntries(machine, fault);
}

/** Puts the entries that KVM read where it read them. */
function showEntries(machine: ShadowMachine, { gva, entries }: TracedFault): void {
  const { rules, entryBytes, shape } = machine.kind.guestFormat;
  let table = machine.state.cr3;
  for (const { level, value } of entries) {
    const rule = rules[level - 1]!;
    const address = Number(BigInt(gva) & 0xffff_ffff_ffffn);
    const index = Math.floor(address / 2 ** rule.shift) % 2 ** rule.indexBits;
    if (!(level === 3 && shape.levels === 3))
      machine.guest.write(table + index * entryBytes, entryBytes, value);
    table = Number(value & 0xf_ffff_ffff_f000n);
  }
}

describe('faults of a real KVM’s traces', () => {
  for (const guest of capturedGuests()) {
    const traced = readTracedGuest(guest.folder);
    it(`${guest.name}: ${traced.faults.length} of ${traced.faults.length} faults do what KVM did, in its order`, () => {
      const vm = new ShadowVm(shadowScenario(guest.scenario));
      const { machine } = vm;
      windBack(machine, guest, traced);
      for (const [number, { gva, errorCode, effects }] of traced.faults.entries()) {
        const from = machine.events.length;
        const access = errorCode & 2 ? 'write' : errorCode & 0x10 ? 'execute' : 'read';
        vm.run({ do: 'access', gva, access, user: (errorCode & 4) !== 0 });
        const made = [...machine.events.from(from)].flatMap(
          (event) => effectOf(machine, event) ?? [],
        );
        const expected = number === 0 ? [...traced.roots, ...effects] : effects;
        assert.deepEqual(made, expected, `fault ${number}: ${access} of ${gva}`);
      }
    });
  }
});
