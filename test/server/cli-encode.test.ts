import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { fixturePlace, sharedPlace } from '../golden/places';
import { runCli } from './run-cli';

type Vector = Readonly<Record<string, unknown>> & { readonly id: string; readonly value: string };

interface Answer {
  readonly value: string;
  readonly shape: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly error?: string;
}

const files: readonly (readonly [name: string, fixture: readonly string[]])[] = [
  ['x86-spte-vectors.json', ['x86-kvm', 'vectors.json']],
  ['arm64-vectors.json', ['arm64', 'arm64-vectors.json']],
];

describe('pagewalk encode', () => {
  for (const [name, fixture] of files) {
    it(`gives every value of ${name} from the fields of its decode again`, async () => {
      const place = sharedPlace('facts', name) ?? fixturePlace(...fixture);
      const text = readFileSync(place, 'utf8');
      const vectors = JSON.parse(text) as Vector[];
      const decoded = (
        await runCli(
          ['decode', '--stdin', '--json'],
          vectors.map((vector) => JSON.stringify(vector)).join('\n'),
        )
      ).json() as Answer[];
      // The value itself is left out: only its fields are told.
      const lines = vectors.map((vector, index) =>
        JSON.stringify({ ...vector, value: undefined, fields: decoded[index]!.fields }),
      );
      const run = await runCli(['encode', '--stdin', '--json'], lines.join('\n'));
      assert.equal(run.status, 0);
      const answers = run.json() as Answer[];
      assert.equal(answers.length, vectors.length);
      vectors.forEach(({ id, value }, index) => {
        const answer = answers[index]!;
        assert.equal(answer.error, undefined, id);
        assert.equal(BigInt(answer.value), BigInt(value), id);
      });
    });
  }

  it('composes an entry by names, and decodes it', async () => {
    const fields = ['frame=67890', 'read=yes', 'write=1', 'execute=true', 'memory-type=6'];
    const more = ['ignore-PAT=1', 'accessed=1', 'dirty=1', 'MMU-present=1'];
    const set = [...fields, ...more, 'host-writable=1', 'mmu-writable=0x1'].flatMap((field) => [
      '--set',
      field,
    ]);
    const run = await runCli(['encode', '--format', 'ept', '--kernel', '6.1', ...set]);
    // The first worked example of facts/x86-kvm.md.
    assert.match(run.stdout, /^0x600000067890b77\n\nEPT leaf, 4 KiB, r w x/);
  });

  it('lists what may be set', async () => {
    const place = ['--format', 'arm64-s2', '--level', '3'];
    const run = await runCli(['encode', ...place, '--fields', '--json']);
    const shapes = run.json() as { shape: string; fields: { name: string }[] }[];
    assert.equal(shapes[0]!.shape, 'page');
    assert.ok(shapes[0]!.fields.some(({ name }) => name === 'S2AP'));
  });

  it('answers a bad line with an error and goes on', async () => {
    const lines = [
      'no json',
      '{"format":"ept","level":1,"fields":{"frame":"zz"}}',
      '{"format":"ept","level":1,"fields":{"colour":"0x1"}}',
      '{"format":"ept","level":9}',
      '{"format":"guest32","level":1,"fields":{"present":true,"frame":5}}',
    ];
    const answers = (await runCli(['encode', '--stdin', '--json'], lines.join('\r\n'))).json();
    assert.deepEqual(
      (answers as Answer[]).map(({ error, value }) => (error === undefined ? value : 'error')),
      ['error', 'error', 'error', 'error', '0x5001'],
    );
  });

  const refusals: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['no format', ['--set', 'read=1'], 2, /--format NAME is missing/],
    ['no value', ['--format', 'ept', '--set', 'read'], 2, /FIELD=VALUE/],
    ['a value too wide', ['--format', 'ept', '--set', 'read=2'], 1, /read has 1 bit/],
    ['an unknown field', ['--format', 'ept', '--set', 'colour=1'], 1, /no field 'colour'/],
    ['an unknown kind', ['--format', 'ept', '--shape', 'block'], 1, /no shape 'block'/],
    ['a loose word', ['--format', 'ept', '0x77'], 2, /not expected/],
  ];
  for (const [what, args, status, message] of refusals) {
    it(`refuses ${what} in one line`, async () => {
      const run = await runCli(['encode', ...args]);
      assert.equal(run.status, status);
      assert.equal(run.stdout, '');
      assert.match(run.stderr, message);
      assert.equal(run.stderr.trim().split('\n').length, 1);
    });
  }
});

describe('pagewalk word', () => {
  it('decodes a register, a code and a syndrome', async () => {
    const run = await runCli(['word', 'EPTP', '10465605e', '--json']);
    const [answer] = run.json() as { word: string; facts: Record<string, unknown> }[];
    assert.equal(answer!.word, 'eptp');
    assert.equal(answer!.facts['root'], '0x104656000');
    const codes = await runCli(['word', 'pferr', '0x100000006', '0x4', '--kernel', '6.1']);
    assert.match(codes.stdout, /WRITE USER GUEST_FINAL[^]*PFERR/);
    assert.match((await runCli(['word', 'esr', '0x92000047'])).stdout, /translation fault/);
  });

  it('reads VTTBR_EL2 by the VTCR_EL2 beside it', async () => {
    const run = await runCli([
      'word',
      'vttbr',
      '0x1000041234000',
      '--vtcr',
      '0x80023559',
      '--json',
    ]);
    const [answer] = run.json() as { facts: Record<string, unknown> }[];
    assert.deepEqual([answer!.facts['root'], answer!.facts['vmid']], ['0x41234000', 1]);
  });

  it('refuses what it does not know', async () => {
    assert.equal((await runCli(['word', 'cr9', '1'])).status, 2);
    assert.equal((await runCli(['word', 'cr3'])).status, 2);
    assert.equal((await runCli(['word', 'cr3', 'xyz'])).status, 1);
  });
});
