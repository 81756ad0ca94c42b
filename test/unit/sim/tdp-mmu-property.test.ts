import assert from 'node:assert/strict';
import fc from 'fast-check';

import { BothWorlds } from './model/both-worlds';
import { anyOperation, anyVm } from './model/random-vm';
import { complaints } from './small-machine';

/** PAGEWALK_SIM_OPERATIONS asks for a longer run; the default keeps the test quick. */
const wanted = Number(process.env.PAGEWALK_SIM_OPERATIONS ?? 3000);
const operationsPerMachine = 100;

describe('the simulated TDP MMU beside a plain map', function () {
  this.timeout(0);

  it('translates, counts and frees as the plain map says after every operation', () => {
    let done = 0;
    const kernels = new Set<string>();
    const sequence = fc.array(anyOperation, {
      maxLength: 2 * operationsPerMachine,
      size: 'max',
    });
    const run = fc.property(anyVm, sequence, (vm, list) => {
      const worlds = new BothWorlds(vm);
      for (const operation of list) worlds.run(operation);
      assert.deepEqual(complaints(worlds.machine), []);
      done += worlds.done;
      kernels.add(`${vm.kernel} ${vm.format}`);
    });
    fc.assert(run, { numRuns: Math.ceil(wanted / operationsPerMachine) });
    console.log(`      ${done} operations, ${kernels.size} pairs of kernel and format`);
  });
});
