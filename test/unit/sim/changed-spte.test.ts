import assert from 'node:assert/strict';

import { makeLeafSpte, makeMmioSpte, makeTableSpte } from '../../../src-core/kvm/make-spte';
import { handleChangedSpte } from '../../../src-core/sim/changed-spte';
import type { Machine } from '../../../src-core/sim/machine';
import { Task } from '../../../src-core/sim/task';
import { complaints, finish, kinds, machineOf, vm } from './small-machine';

/** The values of the facts' decision table (x86-kvm.md, 16.2), by their names there. */
function values(machine: Machine, level: number) {
  const { masks, initialValue, parkedValue, adDisabled, memoryTypeBits } = machine.kind;
  const leaf = (pfn: bigint, prefetch = false): bigint =>
    makeLeafSpte(masks, {
      level,
      access: 7,
      pfn,
      hostWritable: true,
      prefetch,
      adDisabled,
      memoryTypeBits,
    });
  const table = (place: number): bigint => {
    const page = machine.pages.allocate({ level: level - 1, gfn: 0, asId: 0, root: false })!;
    assert.ok(page.table.pa >= place);
    return makeTableSpte(masks, BigInt(page.table.pa), adDisabled);
  };
  return {
    none: initialValue,
    mmio: makeMmioSpte(masks, 0x200n, 7, 0x12n).spte,
    parked: parkedValue ?? initialValue,
    leaf: leaf(0x20000n),
    'other leaf': leaf(0x40000n),
    'leaf, not accessed': leaf(0x20000n, true),
    table: table(0),
    'other table': table(1),
  };
}

type Name = keyof ReturnType<typeof values>;

/** What a change comes to: what is counted, told, removed, WARNed about. */
interface Outcome {
  readonly counted?: number;
  readonly removed?: boolean;
  readonly told?: readonly ('page-dirty' | 'page-accessed')[];
  readonly warns?: boolean;
  readonly bug?: boolean;
}

function change(kernel: string, old: Name, now: Name, level = 2): Outcome {
  const machine = machineOf(vm(kernel));
  const named = values(machine, level);
  const task = new Task(machine);
  finish(machine, task.lock('exclusive'));
  const before = machine.counters.get('mappings2m');
  const from = machine.events.length;
  finish(
    machine,
    handleChangedSpte(task, {
      asId: 0,
      gfn: 0,
      level,
      old: named[old],
      new: named[now],
      shared: false,
    }),
  );
  const after = kinds(machine, from);
  return {
    counted: machine.counters.get('mappings2m') - before,
    removed: after.includes('table-unlinked'),
    told: (['page-dirty', 'page-accessed'] as const).filter((kind) => after.includes(kind)),
    warns: after.includes('warn'),
    bug: machine.stopped !== null,
  };
}

const quiet: Outcome = { counted: 0, removed: false, told: [], warns: false, bug: false };
const both = ['page-dirty', 'page-accessed'] as const;

/** The table of 16.2 for v5.18 and later, row by row. */
const table: readonly [old: Name, now: Name, outcome: Outcome][] = [
  ['none', 'none', {}],
  ['none', 'mmio', {}],
  ['none', 'parked', {}],
  ['none', 'leaf', { counted: 1 }],
  ['none', 'table', {}],
  ['mmio', 'none', {}],
  ['mmio', 'parked', {}],
  ['mmio', 'leaf', { counted: 1 }],
  ['parked', 'none', { warns: true }],
  ['parked', 'mmio', {}],
  ['parked', 'parked', {}],
  ['parked', 'leaf', { counted: 1 }],
  ['leaf', 'none', { counted: -1, told: both }],
  ['leaf', 'mmio', { counted: -1, told: both }],
  ['leaf', 'parked', { counted: -1, told: both }],
  ['leaf', 'leaf, not accessed', { told: ['page-accessed'] }],
  ['leaf', 'other leaf', { bug: true }],
  ['leaf', 'table', { counted: -1, told: both }],
  ['table', 'none', { removed: true }],
  ['table', 'mmio', { removed: true }],
  ['table', 'parked', { removed: true }],
  ['table', 'leaf', { counted: 1, removed: true }],
  ['table', 'table', {}],
];

describe('the books of a changed entry', () => {
  for (const [old, now, outcome] of table) {
    it(`v6.1: ${old} → ${now}`, () => {
      assert.deepEqual(change('6.1', old, now), { ...quiet, ...outcome });
    });
  }

  it('another table in a table’s place: the old one is removed, since v5.18 with a WARN', () => {
    assert.deepEqual(change('6.1', 'table', 'other table'), {
      ...quiet,
      removed: true,
      warns: true,
    });
    assert.deepEqual(change('5.15', 'table', 'other table'), { ...quiet, removed: true });
  });

  it('since v6.13 nobody is told of dirty and accessed pages', () => {
    assert.deepEqual(change('6.13', 'leaf', 'none'), { ...quiet, counted: -1 });
    assert.deepEqual(change('6.12', 'leaf', 'none'), { ...quiet, counted: -1, told: both });
  });

  it('v5.10 knows no parked value: only MMIO may take another not-present one’s place', () => {
    assert.deepEqual(change('5.10', 'mmio', 'none'), quiet);
    assert.deepEqual(change('5.10', 'none', 'mmio'), quiet);
  });

  it('KVM’s texts say who, where and what', () => {
    const machine = machineOf(vm('6.1'));
    const task = new Task(machine);
    const place = { asId: 0, gfn: 0x200, level: 2, shared: false };
    finish(machine, handleChangedSpte(task, { ...place, old: 0x5a0n, new: 0n }));
    const named = values(machine, 2);
    const bad = { ...place, old: named.leaf, new: named['other leaf'] };
    finish(machine, handleChangedSpte(task, bad));
    const bare = (value: bigint): string => value.toString(16);
    assert.deepEqual(complaints(machine), [
      'Unexpected SPTE change! Nonpresent SPTEs\nshould not be replaced with another,\ndifferent nonpresent SPTE, unless one or both\nare MMIO SPTEs, or the new SPTE is\na temporary removed SPTE.\nas_id: 0 gfn: 200 old_spte: 5a0 new_spte: 0 level: 2',
      `Invalid SPTE change: cannot replace a present leaf\nSPTE with another present leaf SPTE mapping a\ndifferent PFN!\nas_id: 0 gfn: 200 old_spte: ${bare(bad.old)} new_spte: ${bare(bad.new)} level: 2`,
    ]);
    assert.equal(machine.stopped?.kind, 'bug');
  });

  it('what cannot be is WARNed about first', () => {
    const machine = machineOf(vm('6.1'));
    const task = new Task(machine);
    const odd = { asId: 0, gfn: 0x201, level: 2, old: 0n, new: 0n, shared: false };
    finish(machine, handleChangedSpte(task, odd));
    finish(machine, handleChangedSpte(task, { ...odd, gfn: 0, level: 6 }));
    finish(machine, handleChangedSpte(task, { ...odd, gfn: 0, level: 0 }));
    assert.equal(complaints(machine).length, 3);
  });

  it('a writable entry that is not MMU-writable is found since v5.18', () => {
    for (const [kernel, warns] of [
      ['5.17', 0],
      ['5.19', 1],
    ] as const) {
      const machine = machineOf(vm(kernel));
      const { leaf } = values(machine, 2);
      const broken = leaf & ~machine.kind.masks.mmuWritable;
      const task = new Task(machine);
      const place = { asId: 0, gfn: 0, level: 2, shared: false };
      finish(machine, handleChangedSpte(task, { ...place, old: 0n, new: broken }));
      assert.equal(complaints(machine).length, warns, kernel);
      if (warns > 0) {
        const text = `kvm: Writable SPTE is not MMU-writable: ${broken.toString(16)}`;
        assert.deepEqual(complaints(machine), [text]);
      }
    }
  });

  it('v5.13 and v5.14 count bit 7 of whatever stands there as a large page', () => {
    for (const [kernel, lpages] of [
      ['5.12', 0],
      ['5.13', 1],
      ['5.14', 1],
      ['5.15', 0],
    ] as const) {
      const machine = machineOf(vm(kernel));
      const { mmio, parked } = values(machine, 1);
      const task = new Task(machine);
      const place = { asId: 0, gfn: 0, level: 1, shared: true };
      finish(machine, handleChangedSpte(task, { ...place, old: mmio & ~0x80n, new: parked }));
      assert.equal(machine.counters.get('lpages'), lpages, kernel);
    }
  });
});
