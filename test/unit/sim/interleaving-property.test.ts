import assert from 'node:assert/strict';
import fc from 'fast-check';

import { CrossedCpus } from './model/crossed-cpus';
import { anyOperation, anyVm } from './model/random-vm';

/** PAGEWALK_SIM_CROSSINGS asks for a longer run. */
const wanted = Number(process.env.PAGEWALK_SIM_CROSSINGS ?? 1000);
const perMachine = 50;

const crossing = fc.record({
  first: anyOperation,
  /** What other CPUs begin meanwhile, after how many moves of the first. */
  others: fc.array(
    fc.record({ operation: anyOperation, after: fc.integer({ min: 1, max: 120 }) }),
    { maxLength: 3 },
  ),
});

describe('operations of several CPUs at once', function () {
  this.timeout(0);

  it('leave tables that are whole, counted, and true to the host', () => {
    let done = 0;
    const list = fc.array(crossing, { maxLength: 2 * perMachine, size: 'max' });
    fc.assert(
      fc.property(anyVm, list, (vm, crossings) => {
        const cpus = new CrossedCpus({ ...vm, gigantic: false });
        for (const each of crossings) cpus.run(each);
        assert.deepEqual(cpus.complaints(), []);
        done += cpus.done;
      }),
      { numRuns: Math.ceil(wanted / perMachine) },
    );
    console.log(`      ${done} operations that met others`);
  });
});
