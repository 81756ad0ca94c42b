import assert from 'node:assert/strict';

import { printRole, roleFields } from '../../../../src-core/kvm/role';
import type { SimEvent } from '../../../../src-core/sim/event-log';
import type { ShadowMachine } from '../../../../src-core/sim/shadow/shadow-machine';
import { capturedGuests, type CapturedGuest } from './captured-guests';
import { shadowScenario, ShadowVm } from './shadow-vm';
import { flagsOf, readTracedGuest, type TracedStep, type TracedGuest } from './traced-faults';

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
    case 'sync':
    case 'unsync':
      return `${event.kind} ${gfn} ${role}`;
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
  for (const step of [...traced.steps].reverse()) showEntries(machine, step);
}

/** Puts the entries that KVM read where it read them. */
function showEntries(machine: ShadowMachine, { address, cr3, entries }: TracedStep): void {
  let table = cr3;
  for (const { level, value } of entries) {
    machine.guest.write(entryGpa(machine, table, address, level), entryBytesOf(machine), value);
    table = Number(value & tableBits);
  }
}

const tableBits = 0xf_ffff_ffff_f000n;

function entryBytesOf(machine: ShadowMachine): 4 | 8 {
  return machine.kind.guestFormat.entryBytes;
}

function entryGpa(machine: ShadowMachine, table: number, gva: number, level: number): number {
  const rule = machine.kind.guestFormat.rules[level - 1]!;
  return table + (Math.floor(gva / 2 ** rule.shift) % 2 ** rule.indexBits) * entryBytesOf(machine);
}

/** The guest writes entries of the tables below a root by itself. */
function writeUnseen(machine: ShadowMachine, root: number, { written }: TracedStep): void {
  const bytes = entryBytesOf(machine);
  for (const { address, value } of written) {
    let table = root;
    for (let level = machine.kind.guestFormat.shape.levels; level > 1; level--) {
      const gpa = entryGpa(machine, table, address, level);
      table = Number(machine.guest.read(gpa, bytes) & tableBits);
    }
    machine.guest.write(entryGpa(machine, table, address, 1), bytes, value);
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** What a step of the trace is to the machine. */
function operationOf(
  { slots }: ShadowMachine,
  { kind, address, errorCode }: TracedStep,
): Record<string, unknown> {
  const gfn = address / 4096;
  const slot = slots.find((candidate) => candidate.holds(gfn))?.setup.id;
  if (kind === 'dirty-log') return { do: 'dirty-log', slot, on: true };
  if (kind === 'take-log') return { do: 'write-protect', slot };
  if (kind === 'load-cr3') return { do: 'load-cr3', cr3: hex(address) };
  if (kind === 'invlpg') return { do: 'invlpg', gva: hex(address) };
  const access = errorCode & 2 ? 'write' : errorCode & 0x10 ? 'execute' : 'read';
  return { do: 'access', gva: hex(address), access, user: (errorCode & 4) !== 0 };
}

describe('real KVM’s traces, step by step', () => {
  for (const guest of capturedGuests()) {
    const traced = readTracedGuest(guest.folder);
    const { length } = traced.steps;
    it(`${guest.name}: ${length} of ${length} steps do what KVM did`, () => {
      const vm = new ShadowVm(shadowScenario(guest.scenario));
      const { machine } = vm;
      windBack(machine, guest, traced);
      for (const [number, step] of traced.steps.entries()) {
        const from = machine.events.length;
        writeUnseen(machine, Number(guest.cr3), step);
        const outcome = vm.run(operationOf(machine, step));
        const made = [...machine.events.from(from)].flatMap(
          (event) => effectOf(machine, event) ?? [],
        );
        const expected = number === 0 ? [...traced.roots, ...step.effects] : step.effects;
        const what = `step ${number}: ${JSON.stringify(operationOf(machine, step))}: ${outcome}`;
        assert.deepEqual(made, expected, what);
      }
    });
  }
});
