import fc from 'fast-check';

import { anyStage2, anyStep } from './model/random-stage2';
import { Stage2Worlds } from './model/stage2-worlds';

/** PAGEWALK_SIM_OPERATIONS asks for a longer run; the default keeps the test quick. */
const wanted = Number(process.env.PAGEWALK_SIM_OPERATIONS ?? 2000);
const operationsPerMachine = 60;

describe('the simulated stage 2 beside a plain map', function () {
  this.timeout(0);

  it('translates, counts references and frees as the plain map says after every operation', () => {
    let done = 0;
    const machines = new Set<string>();
    const sequence = fc.array(anyStep, { maxLength: 2 * operationsPerMachine, size: 'max' });
    const run = fc.property(anyStage2, sequence, (vm, list) => {
      const worlds = new Stage2Worlds(vm);
      for (const step of list) worlds.run(step);
      worlds.finish();
      done += worlds.done;
      machines.add(`${vm.kernel} ${vm.granule} ${vm.ipaBits}`);
    });
    fc.assert(run, { numRuns: Math.ceil(wanted / operationsPerMachine) });
    console.log(`      ${done} operations, ${machines.size} kinds of kernel, granule and IPA size`);
  });
});
