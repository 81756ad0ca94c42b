import assert from 'node:assert/strict';

import { Engine } from '../../../../src-core/sim/engine';
import { jsonTop } from '../../../../src-core/sim/json-place';
import type { Machine } from '../../../../src-core/sim/machine';
import { readStep } from '../../../../src-core/sim/scenario-steps';
import { TdpPlan } from '../../../../src-core/sim/tdp-plan';
import { machineOf, scenario } from '../small-machine';
import { PlainVm } from './plain-vm';
import { type RandomOperation, type RandomVm, scenarioOf, slotsOf } from './random-vm';
import { assertWhole, takeCensus } from './table-census';
import { Translator, versionNumber } from './translate-operation';

/** The machine and the plain VM, kept at the same place. */
export class BothWorlds {
  readonly machine: Machine;
  readonly plain: PlainVm;
  readonly #engine: Engine;
  readonly #kernel: number;
  /** Operations that the kernel could do. */
  done = 0;
  readonly #translator: Translator;

  constructor(readonly vm: RandomVm) {
    this.machine = machineOf(scenario(scenarioOf(vm)), false);
    this.#engine = new Engine(this.machine, []);
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
    this.#translator = new Translator(vm, this.plain, true);
  }

  /** Does an operation in both and compares everything. */
  run(operation: RandomOperation): void {
    const both = this.#translator.both(operation);
    if (!both) return;
    const place = jsonTop({ ...both.json, yields: operation.yields.map((after) => ({ after })) });
    const step = readStep(place, new TdpPlan(this.machine.setup, this.machine.kind));
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
    assertWhole(machine, census, what);
    assert.equal(plain.tables, census.reached.length, `tables after ${what}`);
    assert.equal(machine.counters.get('nxSplits'), plain.trackedTables, what);
    for (const slot of plain.slots) {
      const { dirty } = machine.slots.find(({ setup }) => setup.id === slot.id)!;
      for (const gfn of slot.written) {
        assert.ok(dirty.has(gfn), `write to 0x${gfn.toString(16)} not logged: ${what}`);
      }
    }
  }
}
