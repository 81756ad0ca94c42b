import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';

import { runCli } from './run-cli';

const sample = 'samples/npt-6.1.xp';
const captures = path.join('..', 'shared', 'captures', 'x86');

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly entry_address: string;
  readonly entry: string;
  readonly input: string;
  readonly bits: readonly number[];
  readonly place: { readonly line: number };
}

describe('pagewalk audit', () => {
  it('finds nothing wrong in a healthy machine, and counts what it read', async () => {
    const run = await runCli(['audit', sample, '--json']);
    assert.equal(run.status, 0);
    const lines = run.json() as Finding[];
    assert.ok(lines.every(({ severity }) => severity !== 'error' && severity !== 'warning'));
    // As the capture's own script counted: 28 tables, 1165 + 9 + 1 leaves.
    const { tables, entries, leaves, unexamined, incomplete } = lines.at(-1) as unknown as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      { tables, entries, leaves, unexamined, incomplete },
      { tables: 28, entries: 28 * 512, leaves: 1175, unexamined: 0, incomplete: false },
    );
  });

  it('says in a line each what, where and how bad', async () => {
    const run = await runCli([
      'audit',
      'samples/npt-6.1.two-tables.gdb.ptedump',
      '--root',
      '0x103b30000',
    ]);
    assert.match(run.stdout, /:[0-9]+: info missing-table at 0x103b30000 \(0x103b2f827\)/);
    assert.match(run.stdout, /missing-table 2\n$/);
  });

  it('says what is wrong with the question', async () => {
    assert.equal((await runCli(['audit'])).status, 2);
    const run = await runCli(['audit', 'nothing.xp']);
    assert.equal(run.status, 1);
    assert.match(run.stderr, /nothing\.xp/);
  });

  const corrupt = path.join(captures, 'corrupt-6.12', 'tables.xp.txt');
  if (existsSync(corrupt)) {
    it('finds the leaf that a capture corrupted on purpose', async () => {
      const run = await runCli(['audit', corrupt, '--json', '--code', 'reserved-bits']);
      const [found, ...rest] = run.json() as Finding[];
      assert.equal(rest.length, 1);
      const { code, entry_address: address, entry, input, bits } = found!;
      assert.deepEqual(
        { code, address, entry, input, bits },
        {
          code: 'reserved-bits',
          address: '0x2ff5000',
          entry: '0x800000384fe67',
          input: '0x8000000',
          bits: [51],
        },
      );
    });
  }
});

describe('pagewalk who-maps', () => {
  it('tells the way back of an address, with the entry that maps it', async () => {
    const run = await runCli(['who-maps', sample, '0x1050030c9', '--json']);
    const [use, sum] = run.json() as Record<string, unknown>[];
    assert.deepEqual(
      [use!.kind, use!.first, use!.entry, use!.level],
      ['leaf', '0xb803000', '0x105003e67', 1],
    );
    assert.deepEqual(sum, { address: '0x1050030c9', uses: 1, more: false });
  });

  it('takes frames, tells tables and the root, and says where nobody maps it', async () => {
    const run = await runCli(['who-maps', sample, '--frame', '103b2f', '0x103b30000', '0x1000']);
    assert.match(run.stdout, /^root {6}level 4 \(PML4\) table 0x103b30000$/m);
    assert.match(run.stdout, /^table .*entry 0 of the level 4 \(PML4\) table 0x103b30000/m);
    assert.match(run.stdout, /^0x1000: nobody maps it$/m);
  });

  it('needs an address that memory can have', async () => {
    assert.equal((await runCli(['who-maps', sample])).status, 2);
    const run = await runCli(['who-maps', sample, '0xffff888000000000']);
    assert.equal(run.status, 2);
    assert.match(run.stderr, /52 bits/);
  });
});
