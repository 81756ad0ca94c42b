import assert from 'node:assert/strict';

import { simulateCommand } from '../../../server/cli/simulate';
import { readScenario } from '../../../src-core/index';
import { sharedPlace } from '../../golden/places';
import { collectOutput } from '../sim/collect-output';

interface Written {
  readonly title: string;
  readonly machine: { readonly kernel: string; readonly format: string; readonly levels: number };
  readonly tables: readonly unknown[];
}

async function from(...args: string[]): Promise<Written> {
  const io = collectOutput();
  assert.equal(await simulateCommand.run(['--from', ...args], io), 0);
  const json: unknown = JSON.parse(io.text());
  const read = readScenario(json);
  if ('problems' in read) assert.fail(JSON.stringify(read.problems));
  return json as Written;
}

describe('pagewalk simulate --from', () => {
  it('takes a dump, a trace, a line of it', async () => {
    const dump = await from('samples/npt-6.1.xp');
    assert.deepEqual([dump.title, dump.tables.length], ['From npt-6.1.xp', 28]);
    const trace = await from('samples/npt-6.1.kvmtrace');
    const early = await from('samples/npt-6.1.kvmtrace', '--at-line', '200', '--kernel', '6.1');
    assert.equal(early.title, 'From npt-6.1.kvmtrace, line 200');
    assert.ok(early.tables.length <= trace.tables.length);
  });

  const image = sharedPlace('captures', 'x86', 'npt-la57-6.1', 'tables.json');
  if (image !== undefined) {
    it('takes an image, five levels of tables', async () => {
      const { machine, tables } = await from(
        image,
        '--format',
        'npt64',
        '--levels',
        '5',
        '--kernel',
        '6.1',
      );
      assert.deepEqual([machine.levels, tables.length], [5, 28]);
    });
  }

  it('says what is wrong', async () => {
    const rows: [string[], RegExp][] = [
      [[], /no SOURCE is given/],
      [['samples/npt-6.1.xp', '--at-line', '0'], /counts lines from 1/],
      [['samples/npt-6.1.kvmtrace', '--at-line', '70000'], /There is no line 70000/],
      [['samples/npt-6.1.xp', '--kernel', '4.19'], /has no TDP MMU/],
      [['samples/npt-6.1.xp', '--format', 'shadow64'], /Only tables of KVM’s TDP MMU/],
    ];
    for (const [args, expected] of rows) {
      await assert.rejects(simulateCommand.run(['--from', ...args], collectOutput()), expected);
    }
  });
});
