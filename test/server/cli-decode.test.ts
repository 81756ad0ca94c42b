import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { fixturePlace, sharedPlace } from '../golden/places';
import { spteVectors } from '../golden/vectors';
import { runCli } from './run-cli';

interface Answer {
  readonly kind: string;
  readonly level: number;
  readonly layout: string | null;
  readonly basis: { readonly format: string; readonly kernel: string; readonly why: string };
  readonly facts: Readonly<Record<string, unknown>>;
  readonly fields: readonly { readonly high: number; readonly low: number }[];
  readonly error?: string;
}

describe('pagewalk decode', () => {
  it('answers every vector of worked x86 decodes, piped in as the file stands', async () => {
    const vectors = spteVectors();
    const place =
      sharedPlace('facts', 'x86-spte-vectors.json') ?? fixturePlace('x86-kvm', 'vectors.json');
    const run = await runCli(['decode', '--stdin', '--json'], readFileSync(place));
    assert.equal(run.stderr, '');
    assert.equal(run.status, 0);
    const answers = run.json() as Answer[];
    assert.equal(answers.length, vectors.length);
    vectors.forEach((vector, index) => {
      const answer = answers[index]!;
      assert.equal(answer.error, undefined, vector.id);
      assert.equal(answer.kind, vector.expect['kind'], vector.id);
      for (const [fact, expected] of Object.entries(vector.expect)) {
        assert.deepEqual(answer.facts[fact], expected, `${vector.id} ${fact}: ${vector.why}`);
      }
    });
  });

  it('accounts for every bit exactly once', async () => {
    const run = await runCli(['decode', '--json', '--format', 'ept', '0x600000067890b77']);
    const { fields } = run.json()[0] as Answer;
    let next = 63;
    for (const { high, low } of fields) {
      assert.equal(high, next);
      next = low - 1;
    }
    assert.equal(next, -1);
  });

  it('answers a bad line with an error and goes on', async () => {
    const lines = ['{"value":"0x77","format":"ept","level":1}', 'no json', '{"value":"zz"}', '{}'];
    const good = '{"value":"0x103cb5e67","format":"npt64","level":1,"kernel":"6.1"}';
    const run = await runCli(['decode', '--stdin', '--json'], [...lines, good].join('\r\n'));
    assert.equal(run.status, 0);
    const answers = run.json() as Answer[];
    assert.deepEqual(
      answers.map(({ error }) => error === undefined),
      [true, false, false, false, true],
    );
    assert.equal(answers[4]!.facts['pfn'], '0x103cb5');
  });

  it('says what it assumed where format, level or kernel are not given', async () => {
    const run = await runCli(['decode', '--json', '0x600000067890b77']);
    const { basis } = run.json()[0] as Answer;
    assert.equal(basis.format, 'assumed');
    assert.equal(basis.kernel, 'detected');
    assert.match(basis.why, /format ept assumed.*level 1 assumed.*v5\.13/i);
  });

  it('shows the same value on every kernel', async () => {
    const run = await runCli(['decode', '0x600000067890b77', '--all-kernels', '--json']);
    const answers = run.json() as (Answer & { kernels: string })[];
    assert.ok(answers.length >= 3);
    assert.match(answers[0]!.kernels, /^v4\.4/);
    assert.equal(new Set(answers.map(({ layout }) => layout)).size, answers.length);
  });

  it('takes arm64 levels in the architecture’s own count', async () => {
    const given = ['--format', 'arm64-s2', '--level', '3', '--config', 'granule=4K', '--json'];
    const run = await runCli(['decode', '0x400000408007ff', ...given]);
    const answer = run.json()[0] as Answer;
    assert.equal(answer.level, 3);
    assert.equal(answer.kind, 'page');
  });

  const refusals: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['a value with too many digits', ['0x12345678901234567'], 1, /no 64-bit value/],
    ['a value that is not hexadecimal', ['12g4'], 1, /no 64-bit value/],
    ['a level the format has not', ['0x77', '--format', 'pae', '--level', '4'], 1, /level 4/],
    ['an unknown format', ['0x77', '--format', 'epd'], 2, /epd is not known: ept/],
    ['an unknown kernel', ['0x77', '--kernel', 'new'], 2, /new is no version/],
    ['an unknown option', ['0x77', '--colour'], 2, /--colour/],
    ['a wrong fact of the CPU', ['0x77', '--config', 'vendor=via'], 1, /'via' is no value/],
    ['nothing', [], 2, /no VALUE/],
  ];
  for (const [what, args, status, message] of refusals) {
    it(`refuses ${what} in one line`, async () => {
      const run = await runCli(['decode', ...args]);
      assert.equal(run.status, status);
      assert.equal(run.stdout, '');
      assert.match(run.stderr, message);
      assert.equal(run.stderr.trim().split('\n').length, 1);
    });
  }
});

describe('pagewalk', () => {
  it('states its version and lists its commands', async () => {
    assert.match((await runCli(['--version'])).stdout, /^pagewalk \d+\.\d+\.\d+\n$/);
    const help = await runCli(['--help']);
    assert.equal(help.status, 0);
    assert.match(help.stdout, /\n {2}decode +/);
    assert.match((await runCli(['decode', '--help'])).stdout, /--all-kernels/);
  });

  it('refuses a command that there is not', async () => {
    const run = await runCli(['fly']);
    assert.equal(run.status, 2);
    assert.match(run.stderr, /no command 'fly'/);
  });
});
