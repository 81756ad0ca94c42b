import assert from 'node:assert/strict';

import type { Machine } from '../../../src-core/sim/machine';
import type { Scenario } from '../../../src-core/sim/scenario';
import { complaints, sessionOf, vm } from './small-machine';

/** A table of small mappings, an MMIO entry among other tables, then everything is zapped. */
const mapped = [
  { do: 'fault', gfn: '0x0', maxLevel: 1 },
  { do: 'fault', gfn: '0x1ff', maxLevel: 1 },
  { do: 'fault', gfn: '0xfee00' },
];

function run(given: Scenario): Machine {
  const session = sessionOf(given);
  session.runToEnd();
  assert.deepEqual(complaints(session.machine), []);
  return session.machine;
}

/** Events about tables and flushes after the first zap, in order. */
function story({ events }: Machine): string[] {
  const wanted = ['table-unlinked', 'table-queued', 'table-freed', 'flush', 'unlocked'];
  const from = [...events.from()].findIndex(
    ({ kind, text }) => kind === 'operation' && text?.startsWith('zap') === true,
  );
  return [...events.from(from)]
    .filter(({ kind }) => wanted.includes(kind))
    .map(({ kind, level, gfn, text }) =>
      kind === 'flush'
        ? `flush${gfn === null ? '' : ` 0x${gfn.toString(16)} ${text!}`}`
        : `${kind}${level === null ? '' : ` ${level}`}`,
    );
}

describe('a removed table', () => {
  const zapTable = { do: 'zap-range', start: '0x0', end: '0x200' };

  it('v5.10 is freed at once, after a flush of its parent entry’s range', () => {
    assert.deepEqual(story(run(vm('5.10', [...mapped, zapTable]))), [
      'table-unlinked 1',
      'flush 0x0 512 pages',
      'table-freed 1',
      'flush',
      'unlocked',
    ]);
  });

  it('v5.12 waits for its readers, and flushes from the last child’s GFN on', () => {
    assert.deepEqual(story(run(vm('5.12', [...mapped, zapTable]))), [
      'table-unlinked 1',
      'flush 0x1ff 512 pages',
      'table-queued 1',
      'flush',
      'table-freed 1',
      'unlocked',
    ]);
  });

  it('v5.16 flushes from its base', () => {
    assert.equal(story(run(vm('5.16', [...mapped, zapTable])))[1], 'flush 0x0 512 pages');
  });

  it('since v5.18 flushing is the caller’s business', () => {
    assert.deepEqual(story(run(vm('6.1', [...mapped, { do: 'zap-all' }]))).slice(0, 3), [
      'table-unlinked 2',
      'table-unlinked 1',
      'table-queued 1',
    ]);
  });

  it('has every entry parked under the shared lock, MMIO ones too; else the present ones only', () => {
    // Until v5.17 a range may be zapped under either lock. 0xfee00 has a table to itself.
    const parked = (start: string, end: string, lock: string): string[] => {
      const machine = run(vm('5.15', [...mapped, { do: 'zap-range', start, end, lock }]));
      return [...machine.events.from()]
        .filter(({ kind, why }) => kind === 'write' && why === 'removed-child')
        .map(({ index, new: now }) => `${index!} 0x${now!.toString(16)}`);
    };
    for (const lock of ['shared', 'exclusive']) {
      assert.deepEqual(parked('0x0', '0x200', lock), ['0 0x5a0', '511 0x5a0'], lock);
    }
    assert.deepEqual(parked('0xfee00', '0xff000', 'shared'), ['0 0x5a0']);
    assert.deepEqual(parked('0xfee00', '0xff000', 'exclusive'), []);
  });

  it('is read by whoever is in it until the grace period ends', () => {
    // Another CPU zaps the table while an age walk of v6.15 and later, without a lock, is inside.
    const machine = run(
      vm('6.15', [
        ...mapped,
        {
          do: 'test-age',
          start: '0x1',
          end: '0x100',
          inject: [{ visit: '0x4', level: 1, do: 'zap-all' }],
        },
      ]),
    );
    const after = [...machine.events.from()].map(({ kind }) => kind);
    const freed = after.indexOf('table-freed');
    const queued = after.indexOf('table-queued');
    assert.ok(queued >= 0 && freed > queued);
    assert.equal(after.lastIndexOf('result') > freed, true);
    assert.equal(machine.pages.queued.length, 0);
  });
});
