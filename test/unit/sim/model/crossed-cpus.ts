import assert from 'node:assert/strict';

import { Engine } from '../../../../src-core/sim/engine';
import { jsonTop } from '../../../../src-core/sim/json-place';
import { readStep } from '../../../../src-core/sim/scenario-steps';
import { TdpPlan } from '../../../../src-core/sim/tdp-plan';
import type { Machine } from '../../../../src-core/sim/machine';
import { complaints, machineOf, scenario } from '../small-machine';
import { PlainVm } from './plain-vm';
import { type RandomOperation, type RandomVm, scenarioOf, slotsOf } from './random-vm';
import { assertWhole, takeCensus } from './table-census';
import { Translator, versionNumber } from './translate-operation';

export interface Crossing {
  readonly first: RandomOperation;
  readonly others: readonly { readonly operation: RandomOperation; readonly after: number }[];
}

/** A machine on which several CPUs do things at once. */
export class CrossedCpus {
  readonly machine: Machine;
  readonly #engine: Engine;
  readonly #translator: Translator;
  /** Operations that met others. */
  done = 0;

  constructor(readonly vm: RandomVm) {
    this.machine = machineOf(scenario(scenarioOf(vm)), false);
    this.#engine = new Engine(this.machine, []);
    const rules = {
      kernel: versionNumber(vm.kernel),
      levels: vm.levels,
      hardwareAd: vm.format !== 'ept-noad',
      nxHugePages: vm.nxHugePages,
      eagerSplit: vm.eagerSplit,
      byDirtyBit: vm.dirtyBy === 'dirty-bit',
    };
    this.#translator = new Translator(vm, new PlainVm(rules, slotsOf(vm)), false);
  }

  run({ first, others }: Crossing): void {
    const own = this.#translator.both(first);
    if (!own) return;
    const inject = others.flatMap(({ operation, after }) => {
      const both = this.#translator.both(operation);
      return both ? [{ ...both.json, after }] : [];
    });
    const json = { ...own.json, inject, yields: first.yields.map((after) => ({ after })) };
    const place = jsonTop(json);
    const step = readStep(place, new TdpPlan(this.machine.setup, this.machine.kind));
    assert.ok(step && place.problems.length === 0, JSON.stringify(place.problems));
    this.#engine.script.push(step);
    while (this.#engine.advance());
    this.machine.state.rescheduleDue = false;
    this.#check(JSON.stringify(json));
    this.done += 1 + inject.length;
  }

  complaints(): string[] {
    return complaints(this.machine);
  }

  /** Whatever came first: the tables are whole, and every leaf maps what the host has there. */
  #check(what: string): void {
    const kernel = versionNumber(this.vm.kernel);
    const census = takeCensus(this.machine, { ept: this.vm.format !== 'npt64', kernel });
    assertWhole(this.machine, census, what);
    for (const [asId, leaves] of census.leaves) {
      for (const { gfn, level, pfn } of leaves) {
        const slot = this.machine.slotOf(gfn, asId);
        assert.ok(slot, what);
        assert.equal(pfn, slot.pfnOf(gfn), `0x${gfn.toString(16)} after ${what}`);
        assert.ok(level === 1 || slot.maxMappingLevel(gfn) >= level, what);
        assert.ok(level === 1 || !slot.dirtyLog || this.#writable(asId, gfn) === false, what);
      }
    }
  }

  /** Whether the leaf of a GFN can be written without a fault. */
  #writable(asId: number, gfn: number): boolean | null {
    const [root] = this.machine.rootsOf(asId, 'valid');
    return root ? (this.machine.lookup(root, gfn).spte & 2n) !== 0n : null;
  }
}
