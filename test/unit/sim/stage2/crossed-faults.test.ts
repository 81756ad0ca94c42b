import assert from 'node:assert/strict';
import fc from 'fast-check';

import { simulate } from '../../../../src-core/index';
import { Stage2Machine } from '../../../../src-core/sim/stage2/stage2-machine';
import { assertStage2Whole, takeStage2Census } from './model/stage2-census';
import { stage2Scenario } from './stage2-machine';

/** PAGEWALK_SIM_CROSSINGS asks for a longer run. */
const crossings = Number(process.env.PAGEWALK_SIM_CROSSINGS ?? 300);

const slots = [
  { id: 0, gfn: '0x200', pages: '0x400', pfn: '0x10200', hostPage: '2M' },
  { id: 1, gfn: '0x8000', pages: '0x10', pfn: '0x20003' },
];
const ipas = ['0x200000', '0x201000', '0x3ff000', '0x400000', '0x5ff000', '0x8000000', '0x8007000'];

const access = fc.record({
  do: fc.constant('access'),
  ipa: fc.constantFrom(...ipas),
  access: fc.constantFrom('read', 'write', 'execute'),
});
const other = fc.constantFrom<Record<string, unknown>>(
  { do: 'unmap', ipa: '0x200000', size: '0x400000' },
  { do: 'unmap', ipa: '0x201000' },
  { do: 'write-protect', ipa: '0x200000', size: '0x400000' },
  { do: 'age', ipa: '0x200000', size: '0x400000' },
  { do: 'dirty-log', slot: 0, on: true },
  { do: 'dirty-log', slot: 0, on: false },
  { do: 'map', ipa: '0x200000', size: '0x200000', pa: '0x10200000', shared: true },
);
const injected = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: access }, { weight: 1, arbitrary: other }), fc.nat(40))
  .map(([operation, after]) => ({ ...operation, after: after + 1 }));
const step = fc
  .tuple(
    fc.oneof({ weight: 2, arbitrary: access }, { weight: 1, arbitrary: other }),
    fc.array(injected, { maxLength: 4 }),
  )
  .map(([operation, inject]) => ({ ...operation, inject }));

describe('faults of several CPUs at once', () => {
  it('leave tables and references as one after another would, and nothing LOCKED', function () {
    this.timeout(0);
    let lost = 0;
    const machines = fc.constantFrom(
      { kernel: '6.1' },
      { kernel: '6.2' },
      { kernel: '6.12' },
      { kernel: '6.12', splitChunk: '0x200000' },
      { kernel: '7.2', cpu: { ha: false } },
    );
    const run = fc.property(machines, fc.array(step, { maxLength: 12 }), (machine, steps) => {
      const scenario = stage2Scenario({ ...machine, ipaBits: 34 }, steps, slots);
      const result = simulate(scenario);
      assert.ok(!('problem' in result) && result.machine instanceof Stage2Machine);
      const what = JSON.stringify([machine, steps]);
      const census = takeStage2Census(result.machine);
      assertStage2Whole(result.machine, census, what);
      for (const [page, { frame }] of census.leaves) {
        // Wherever a page is mapped, it is mapped to what its slot says.
        const slot = page < 0x8000 ? 0x10200 - 0x200 : 0x20003 - 0x8000;
        assert.equal(frame, page + slot, what);
      }
      for (const { kind } of result.machine.events.from()) if (kind === 'exchange-failed') lost++;
    });
    fc.assert(run, { numRuns: crossings });
    console.log(`      ${crossings} runs, ${lost} exchanges lost to somebody else`);
  });
});
