import assert from 'node:assert/strict';

import { newMachines } from '../../../client/commands/new-machines';
import { readScenario, simulate } from '../../../src-core/index';

/** The first thing its guest does, by kind of machine. */
const firstAccess = (mmu: unknown): Record<string, unknown> =>
  mmu === 'stage2'
    ? { do: 'access', ipa: '0x0', access: 'write' }
    : mmu === 'shadow'
      ? { do: 'access', gva: '0x1000', access: 'write' }
      : { do: 'access', gfn: '0x1', access: 'write' };

describe('new machines', () => {
  for (const { label, scenario } of newMachines)
    it(`${label}: can be, and its guest can begin`, () => {
      const json = scenario('6.12');
      const { mmu } = json['machine'] as { mmu?: string };
      const read = readScenario({ ...json, run: [firstAccess(mmu)] });
      if ('problems' in read) assert.fail(JSON.stringify(read.problems));
      const result = simulate(read);
      assert.ok(!('problem' in result));
      assert.equal(result.stop, null);
      const outcomes = [...result.machine.events.from()].filter(({ kind }) => kind === 'result');
      assert.match(outcomes.at(-1)!.text!, /^(done after 1 fault|mapped, after 1 abort)$/);
    });
});
