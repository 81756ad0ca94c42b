import assert from 'node:assert/strict';

import { Engine } from '../../../../src-core/sim/engine';
import { jsonTop } from '../../../../src-core/sim/json-place';
import { Machine } from '../../../../src-core/sim/machine';
import { readScenario } from '../../../../src-core/sim/scenario';
import { readStep } from '../../../../src-core/sim/scenario-steps';
import { leafAt } from './plain-map';
import { PlainVm } from './plain-vm';
import { type RandomOperation, type RandomVm, scenarioOf, slotsOf } from './random-vm';
import { takeCensus } from './table-census';

const hex = (value: number): string => `0x${value.toString(16)}`;

function versionNumber(kernel: string): number {
  const [major, minor] = kernel.split('.').map(Number);
  return major! * 100 + minor!;
}

type Json = Record<string, unknown>;

/** What a random operation is for both: JSON for the machine, a call for the plain VM. */
interface Both {
  readonly json: Json;
  readonly plain: (vm: PlainVm) => void;
}

/** The machine and the plain VM, kept at the same place. */
export class BothWorlds {
  readonly machine: Machine;
  readonly plain: PlainVm;
  readonly #engine: Engine;
  readonly #kernel: number;
  /** Operations that the kernel could do. */
  done = 0;
  #frames = 0x100_0000;

  constructor(readonly vm: RandomVm) {
    const scenario = readScenario(scenarioOf(vm));
    assert.ok(!('problems' in scenario));
    const machine = Machine.build(scenario.setup, false);
    assert.ok(machine instanceof Machine);
    this.machine = machine;
    this.#engine = new Engine(machine, []);
    this.#kernel = versionNumber(vm.kernel);
    this.plain = new PlainVm(
      {
        kernel: this.#kernel,
        levels: vm.levels,
        hardwareAd: vm.format !== 'ept-noad',
        nxHugePages: vm.nxHugePages,
        eagerSplit: vm.eagerSplit && !vm.gigantic,
        byDirtyBit: vm.dirtyBy === 'dirty-bit',
      },
      slotsOf(vm),
    );
  }

  /** Does an operation in both and compares everything. */
  run(operation: RandomOperation): void {
    const both = this.#both(operation);
    if (!both) return;
    const place = jsonTop({ ...both.json, yields: operation.yields.map((after) => ({ after })) });
    const step = readStep(place, this.machine.setup, this.machine.kind);
    assert.ok(step && place.problems.length === 0, JSON.stringify(place.problems));
    this.#engine.script.push(step);
    while (this.#engine.advance());
    // A yield that nobody took is not the next operation's.
    this.machine.state.rescheduleDue = false;
    both.plain(this.plain);
    this.compare(JSON.stringify(both.json));
    this.done++;
  }

  compare(what: string): void {
    const { machine, plain } = this;
    const census = takeCensus(machine, { ept: this.vm.format !== 'npt64', kernel: this.#kernel });
    for (const asId of [0, 1]) {
      const expected = plain.leaves(asId).map(({ gfn, level, leaf }) => {
        const { pfn, read, write, execute } = leaf;
        return { gfn, level, pfn, read, write, execute };
      });
      assert.deepEqual(census.leaves.get(asId) ?? [], expected, what);
    }
    const { counters } = machine;
    assert.deepEqual(
      [counters.get('mappings4k'), counters.get('mappings2m'), counters.get('mappings1g')],
      census.leavesByLevel.slice(1, 4),
      `counters after ${what}`,
    );
    assert.deepEqual(census.leftovers, [], what);
    assert.equal(new Set(census.reached).size, census.reached.length, `shared table: ${what}`);
    assert.equal(machine.pages.size, census.reached.length, `leaked table: ${what}`);
    assert.equal(machine.pages.memory.size, census.reached.length, what);
    assert.equal(counters.get('mmuPages'), census.reached.length, what);
    assert.equal(plain.tables, census.reached.length, `tables after ${what}`);
    assert.equal(counters.get('nxSplits'), plain.trackedTables, what);
    assert.equal(machine.lock.mode, 'none', what);
    assert.equal(machine.pages.queued.length, 0, what);
    assert.equal(machine.stopped, null, what);
    for (const slot of plain.slots) {
      const { dirty } = machine.slots.find(({ setup }) => setup.id === slot.id)!;
      for (const gfn of slot.written) {
        assert.ok(dirty.has(gfn), `write to ${hex(gfn)} not logged: ${what}`);
      }
    }
  }

  /** Texts of the warnings there were: an undisturbed kernel has none. */
  warnings(): string[] {
    const kinds = new Set(['warn', 'bug', 'unknown-table']);
    return [...this.machine.events.from()]
      .filter(({ kind }) => kinds.has(kind))
      .map(({ text }) => text ?? '');
  }

  #both(operation: RandomOperation): Both | null {
    const slot = this.plain.slots[operation.slot % this.plain.slots.length]!;
    const gfn = slot.gfn + Math.floor((operation.place * slot.pages) / 1000);
    const { asId, id } = slot;
    const { access, level, flag, mask, name } = operation;
    const range = { start: gfn, end: gfn + 1 + operation.length };
    const written = { start: hex(range.start), end: hex(range.end) };
    const kernel = this.#kernel;
    switch (name) {
      case 'access':
        return {
          json: { do: name, gfn: hex(gfn), asId, access },
          plain: (vm) => vm.access({ gfn, asId, access }),
        };
      case 'fault':
        return {
          json: { do: name, gfn: hex(gfn), asId, access, maxLevel: level },
          plain: (vm) => vm.fault({ gfn, asId, access, maxLevel: level }),
        };
      case 'mmio':
        return {
          json: { do: 'fault', gfn: hex(0xfee00 + operation.length), asId, access },
          plain: (vm) => vm.fault({ gfn: 0xfee00 + operation.length, asId, access, maxLevel: 3 }),
        };
      case 'zap-range':
        return { json: { do: name, ...written }, plain: (vm) => vm.zap(range, null) };
      case 'zap-leafs':
        if (kernel < 518) return null;
        return {
          json: { do: name },
          plain: (vm) => vm.zap({ start: 0, end: Infinity }, null),
        };
      case 'zap-all':
        return { json: { do: name }, plain: (vm) => vm.zapAll() };
      case 'fast-zap':
        return { json: { do: name }, plain: (vm) => vm.fastZap() };
      case 'age':
        return { json: { do: name, ...written, flush: flag }, plain: (vm) => vm.age(range) };
      case 'test-age':
        return { json: { do: name, ...written }, plain: () => undefined };
      case 'write-protect':
        return {
          json: { do: name, slot: id, minLevel: level },
          plain: (vm) => vm.writeProtect(id, level),
        };
      case 'clear-dirty':
        return { json: { do: name, slot: id }, plain: (vm) => vm.clearDirty(id) };
      case 'clear-dirty-log': {
        const first = Math.min(gfn, slot.gfn + slot.pages - 64);
        const byWrite = flag || this.vm.dirtyBy === 'write-protection';
        const by = byWrite ? 'write-protection' : 'dirty-bit';
        return {
          json: { do: name, slot: id, gfn: hex(first), mask: `0x${mask.toString(16)}`, by },
          plain: (vm) => vm.clearDirtyLog(id, first, mask, byWrite),
        };
      }
      case 'dirty-log':
        return { json: { do: name, slot: id, on: flag }, plain: (vm) => vm.dirtyLog(id, flag) };
      case 'split': {
        if (kernel < 518 || this.vm.gigantic) return null;
        const target = Math.min(level, 2);
        const lock = flag ? 'shared' : 'exclusive';
        return {
          json: { do: name, slot: id, targetLevel: target, lock },
          plain: (vm) => vm.split(id, target),
        };
      }
      case 'collapse':
        return {
          json: { do: name, slot: id },
          plain: (vm) => (slot.dirtyLog ? undefined : vm.collapse(id)),
        };
      case 'recover-nx':
        return { json: { do: name }, plain: (vm) => vm.recoverNx() };
      case 'host-change':
        return this.#hostChange(operation, gfn, asId);
      default:
        return { json: { do: 'memslots-updated' }, plain: () => undefined };
    }
  }

  #hostChange({ flag, level, mask }: RandomOperation, gfn: number, asId: number): Both {
    const pfn = this.#frames++;
    const writable = flag;
    const root = this.plain.roots.get(asId);
    const mapped = root && leafAt(root, this.vm.levels, gfn);
    // KVM relies on huge pages being invalidated first: it passes over them.
    const small = (mapped?.level ?? 1) === 1;
    const changePte = this.#kernel < 610 && level > 1 && small && (mask & 1n) === 1n;
    return {
      json: {
        do: 'host-change',
        gfn: hex(gfn),
        asId,
        pfn: hex(pfn),
        writable,
        via: changePte ? 'change-pte' : 'invalidate',
      },
      plain: (vm) => vm.hostChange(gfn, asId, pfn, writable, changePte),
    };
  }
}
