import assert from 'node:assert/strict';
import fc from 'fast-check';

import { Engine } from '../../../src-core/sim/engine';
import { jsonTop } from '../../../src-core/sim/json-place';
import type { Machine } from '../../../src-core/sim/machine';
import { readStep } from '../../../src-core/sim/scenario-steps';
import { TdpPlan } from '../../../src-core/sim/tdp-plan';
import { PlainVm } from './model/plain-vm';
import { anyOperation, anyVm, type RandomVm, scenarioOf, slotsOf } from './model/random-vm';
import { Translator, versionNumber } from './model/translate-operation';
import { machineOf, scenario } from './small-machine';

/** A write behind KVM's back: where, and what. */
const anyWrite = fc.record({
  table: fc.nat(1000),
  index: fc.oneof(fc.nat(4), fc.nat(511)),
  value: fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    fc.constantFrom(0n, 0x5a0n, 1n << 63n, 0x8000_0000_0000_05a0n),
  ),
  /** Points to that table of the machine instead. */
  pointsTo: fc.option(fc.nat(1000)),
});

/** More moves than any operation on these small machines needs. */
const mostMoves = 2_000_000;

function translator(vm: RandomVm): Translator {
  const rules = {
    kernel: versionNumber(vm.kernel),
    levels: vm.levels,
    hardwareAd: vm.format !== 'ept-noad',
    nxHugePages: vm.nxHugePages,
    eagerSplit: vm.eagerSplit,
    byDirtyBit: vm.dirtyBy === 'dirty-bit',
  };
  return new Translator(vm, new PlainVm(rules, slotsOf(vm)), false);
}

function runOn(machine: Machine, engine: Engine, json: Record<string, unknown>): void {
  const place = jsonTop(json);
  const step = readStep(place, new TdpPlan(machine.setup, machine.kind));
  assert.ok(step && place.problems.length === 0, JSON.stringify(place.problems));
  engine.script.push(step);
  let moves = 0;
  while (engine.advance()) assert.ok(++moves < mostMoves, JSON.stringify(json));
}

describe('tables that somebody wrote to behind KVM’s back', () => {
  it('never throw and always end: WARNs, a BUG, an unknown table, or nothing at all', () => {
    const steps = fc.array(fc.oneof(anyOperation, anyWrite), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(anyVm, steps, (anyKind, list) => {
        const vm = { ...anyKind, gigantic: false };
        const machine = machineOf(scenario(scenarioOf(vm)));
        const engine = new Engine(machine, []);
        const translate = translator(vm);
        for (const each of list) {
          if ('name' in each) {
            const both = translate.both(each);
            if (both) runOn(machine, engine, both.json);
            continue;
          }
          const tables = [...machine.pages.all()].map(({ table }) => table.pa);
          if (tables.length === 0) continue;
          const place = (number: number): string =>
            `0x${tables[number % tables.length]!.toString(16)}`;
          const value =
            each.pointsTo === null
              ? each.value
              : BigInt(place(each.pointsTo)) | (1n << 63n) | 0x907n;
          runOn(machine, engine, {
            do: 'write-entry',
            table: place(each.table),
            index: each.index,
            value: `0x${value.toString(16)}`,
          });
        }
        if (machine.stopped) assert.notEqual(machine.stopped.text, '');
      }),
      { numRuns: Number(process.env.PAGEWALK_SIM_BROKEN ?? 60) },
    );
  });
});
