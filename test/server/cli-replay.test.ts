import assert from 'node:assert/strict';
import path from 'node:path';
import { readFileSync } from 'node:fs';

import { fixturePlace } from '../golden/places';
import { runCli } from './run-cli';

const folder = fixturePlace('logs', 'perf-6.1');
const trace = path.join(folder, 'trace.txt');

interface Entry {
  readonly level: number;
  readonly gfn: string;
  readonly value: string;
  readonly line: number;
}

describe('pagewalk replay', () => {
  it('lists the entries that the captured tables hold, with the lines that told them', async () => {
    const run = await runCli(['replay', trace, '--entries', '--json']);
    assert.equal(run.status, 0, run.stderr);
    const entries = run.json() as Entry[];
    const bytes = readFileSync(path.join(folder, 'tables.bin'));
    const captured = Array.from({ length: bytes.length / 8 }, (_, word) =>
      bytes.readBigUInt64LE(8 * word),
    ).filter((word) => word !== 0n);
    const ofCpu = 0x60n;
    const values = (words: readonly bigint[]) =>
      words.map((word) => (word & ~ofCpu).toString(16)).sort();
    assert.deepEqual(values(entries.map(({ value }) => BigInt(value))), values(captured));
    const lines = readFileSync(trace, 'utf8').split('\n');
    for (const { line, value } of entries) {
      assert.ok(lines[line - 1]!.includes(` ${value.slice(2)}`), `${value} stands in line ${line}`);
    }
  });

  it('maps as the captured tables do', async () => {
    const replayed = await runCli(['replay', trace, '--json']);
    const mapped = await runCli([
      'map',
      path.join(folder, 'tables.json'),
      '--json',
      '--root',
      rootOf(),
      '--levels',
      '4',
      '--format',
      'npt64',
      '--kernel',
      '6.1',
    ]);
    assert.equal(replayed.status, 0, replayed.stderr);
    assert.deepEqual(replayed.json(), mapped.json());
  });

  it('knows less at an earlier line', async () => {
    const count = async (...args: string[]) =>
      (await runCli(['replay', trace, '--entries', '--json', ...args])).json().length;
    const early = await count('--at-line', '60');
    assert.ok(early > 0 && early < (await count()));
  });

  it('says what the shadow MMU has no events for', async () => {
    // As in the capture sh32-6.1.
    const line = 'kvm_mmu_set_spte: gfn 8 spte 1027bda21 (r-x-) level 1 at 103b75040';
    const run = await runCli(['replay', '-', '--entries'], `${line}\n`);
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /^L1 {2}gfn 0x8 +0x1027bda21 +at 0x103b75040 {2}line 1$/m);
    assert.match(run.stderr, /entries may have lost the right to write since .* or be empty/);
  });

  it('says what is wrong with its input', async () => {
    assert.equal((await runCli(['replay'])).status, 2);
    assert.equal((await runCli(['replay', trace, '--at-line', '0'])).status, 2);
    const none = await runCli(['replay', path.join(folder, 'meta.json')]);
    assert.equal(none.status, 1);
    const empty = await runCli(['replay', '-'], 'nothing of interest\n');
    assert.equal(empty.status, 1);
    assert.match(empty.stderr, /kvm_tdp_mmu_spte_changed/);
  });
});

function rootOf(): string {
  return /root_hpa=(0x[0-9a-f]+)/.exec(readFileSync(trace, 'utf8'))![1]!;
}
