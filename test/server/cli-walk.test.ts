import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { pagesOfText, type WalkedAddress, walkedCaptures } from '../golden/walked-captures';
import { runCli } from './run-cli';

interface Step {
  readonly level: number;
  readonly table: string;
  readonly index: number;
  readonly entry: string | null;
}

interface Answer {
  readonly status: string;
  readonly physical: string | null;
  readonly page_size: number | null;
  readonly level: number;
  readonly permissions: Readonly<Record<string, boolean | null>> | null;
  readonly steps: readonly Step[];
  readonly missing: string | null;
  readonly root: string;
  readonly format: string;
  readonly access?: Readonly<Record<string, unknown>>;
}

const rights = { r: 'read', w: 'write', x: 'execute', u: 'user' } as const;

/** The captures' scripts walk any address; the CPU refuses one that is not canonical. */
function isCanonical(address: bigint, levels: number): boolean {
  const top = address >> BigInt(12 + 9 * levels - 1);
  return top === 0n || top === (1n << BigInt(64 - (12 + 9 * levels) + 1)) - 1n;
}

/** Holds one answer against the ground truth; `pages`: what a text holds of the tables. */
function check(
  truth: WalkedAddress,
  answer: Answer,
  pages: ReadonlySet<bigint> | undefined,
  levels: number,
): void {
  const { address } = truth;
  const canonical = answer.format !== 'guest64' && answer.format !== 'shadow64';
  if (!canonical && !isCanonical(BigInt(address), levels)) {
    assert.equal(answer.status, 'non-canonical', address);
    return;
  }
  const left = truth.path.findIndex(([, table]) => pages && !pages.has(BigInt(table)));
  const path = left < 0 ? truth.path : truth.path.slice(0, left);
  assert.deepEqual(
    answer.steps
      .filter(({ entry }) => entry !== null)
      .map(({ level, table, index, entry }) => [level, BigInt(table), index, BigInt(entry!)]),
    path.map(([level, table, index, entry]) => [level, BigInt(table), index, BigInt(entry)]),
    address,
  );
  if (left >= 0) {
    assert.equal(answer.status, 'missing', address);
    assert.equal(BigInt(answer.missing!), BigInt(truth.path[left]![1]), address);
    return;
  }
  assert.equal(answer.status, truth.status, address);
  assert.equal(answer.level, truth.level, address);
  if (truth.status !== 'mapped') return;
  assert.equal(answer.physical, truth.physical, address);
  assert.equal(answer.page_size, truth.page_size, address);
  for (const [letter, right] of Object.entries(rights)) {
    const wanted = truth.perms?.[letter as keyof typeof rights];
    if (wanted !== undefined)
      assert.equal(answer.permissions?.[right], wanted, `${address} ${right}`);
  }
}

describe('pagewalk walk on the tables of real machines', () => {
  for (const { name, root, format, levels, sources, cases } of walkedCaptures()) {
    for (const source of sources) {
      it(`${name}: ${cases.length} addresses from ${path.basename(source)}`, async () => {
        const given = ['--root', root, '--format', format, '--levels', String(levels)];
        const run = await runCli(
          ['walk', source, ...given, '--addresses-from', '-', '--json'],
          cases.map(({ address }) => address).join('\n'),
        );
        assert.equal(run.stderr, '');
        assert.equal(run.status, 0);
        const answers = run.json() as Answer[];
        assert.equal(answers.length, cases.length);
        const pages = pagesOfText(source);
        cases.forEach((truth, index) => check(truth, answers[index]!, pages, levels));
      });
    }
  }

  it('finds root, format and levels by itself', async () => {
    for (const { name, root, format, sources, cases } of walkedCaptures()) {
      const run = await runCli(['walk', sources[0]!, '--address', cases[0]!.address, '--json']);
      const [answer] = run.json() as Answer[];
      assert.equal(answer!.root, root, name);
      // One of the EPT captures was made without A/D bits: its entries say so.
      assert.equal(answer!.format.replace(/-noad$/, ''), format, name);
    }
  });
});

describe('pagewalk walk', () => {
  const sample = 'samples/npt-6.1.xp';
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'walk-'))));
  after(() => rmSync(folder, { recursive: true }));

  const textFile = (name: string, text: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  it('answers people in sentences, with a line for each level', async () => {
    const run = await runCli(['walk', sample, '--address', '0xb8030c9']);
    assert.match(run.stdout, /^root 0x103b30000, NPT, 4 levels/);
    assert.match(run.stdout, /GPA 0xb8030c9 → HPA 0x1050030c9, 4 KiB page, r w x, user\./);
    assert.equal(run.stdout.match(/^ {2}level \d/gm)?.length, 4);
  });

  it('says which table is missing and how each debugger prints it', async () => {
    const run = await runCli([
      'walk',
      'samples/npt-6.1.two-tables.gdb.ptedump',
      '--format',
      'npt64',
      '0x1000',
      '--root',
      '0x103b30000',
    ]);
    assert.equal(run.status, 0);
    assert.match(run.stdout, /The table at 0x[0-9a-f]+ isn't in this dump\./);
    assert.match(run.stdout, /QEMU: xp \/512gx 0x/);
    assert.match(run.stdout, /crash: rd -p -64 0x[0-9a-f]+ 512/);
  });

  it('reads standard input, and takes several sources for one memory', async () => {
    const one =
      'pagewalk: format=guest64 root=0x1000 level=4\n0000000000001000: 0x0000000000002067 0x0\n';
    const two = textFile('two.xp', '0000000000002000: 0x0000000000000083 0x0000000000000000\n');
    const run = await runCli(['walk', '-', two, '--address', '0x1234', '--json'], one);
    const [answer] = run.json() as Answer[];
    assert.equal(answer!.status, 'mapped');
    assert.equal(answer!.page_size, 0x4000_0000);
    assert.equal(answer!.steps.length, 2);
  });

  it('walks a whole CR3, and a guest through the tables under it', async () => {
    const image = textFile(
      'both.xp',
      [
        // EPT at 0x10000: everything below 1 GiB at its own address plus 0x40000000.
        '0000000000010000: 0x0000000000011007 0x0000000000000000',
        '0000000000011000: 0x00000000400000b7 0x0000000000000000',
        // The guest's tables at GPA 0x1000, which is HPA 0x40001000.
        '0000000040001000: 0x0000000000002067 0x0000000000000000',
        '0000000040002000: 0x00000000000000e7 0x0000000000000000',
      ].join('\n'),
    );
    const given = ['--root', '0x1005', '--format', 'guest64', '--levels', '4'];
    const second = ['--second', '0x1001e', '--second-format', 'ept', '--second-levels', '4'];
    const run = await runCli(['walk', image, ...given, ...second, '0x5678', '--json']);
    assert.equal(run.stderr, '');
    const [answer] = run.json() as (Answer & { intermediate: string })[];
    assert.equal(answer!.status, 'mapped');
    assert.equal(answer!.intermediate, '0x5678');
    assert.equal(answer!.physical, '0x40005678');
  });

  it('says whether an access would fault, and with what', async () => {
    const image = textFile(
      'ro.xp',
      ['0000000000001000: 0x0000000000002007 0x0', '0000000000002000: 0x0000000000000085 0x0'].join(
        '\n',
      ),
    );
    const given = ['--root', '0x1000', '--format', 'guest64', '--levels', '4', '0x10', '--json'];
    const write = await runCli(['walk', image, ...given, '--access', 'write', '--user']);
    const { access } = (write.json() as Answer[])[0]!;
    assert.ok(access);
    assert.equal(access['allowed'], false);
    assert.equal(access['exception'], '#PF');
    assert.equal(access['error_code'], '0x7');
    const read = await runCli(['walk', image, ...given, '--access', 'read', '--user']);
    assert.equal((read.json() as Answer[])[0]!.access?.['allowed'], true);
  });

  it('answers a bad address of a list with an error and goes on', async () => {
    const run = await runCli(
      ['walk', sample, '--addresses-from', '-', '--json'],
      '# two\n0xb8030c9\nzz\n\ncd800000\n',
    );
    const answers = run.json() as (Answer & { error?: string })[];
    assert.deepEqual(
      answers.map(({ status, error }) => error ?? status),
      ['mapped', "'zz' is no address", 'mmio'],
    );
  });

  const refusals: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    [
      'a file that is not there',
      ['nowhere.xp', '0x1000'],
      1,
      /cannot read nowhere\.xp: there is no such file/,
    ],
    ['an address that is none', [sample, '--address', '12g'], 1, /'12g' is no address/],
    ['no address', [sample], 2, /no --address/],
    ['no source', ['0x1000'], 2, /no SOURCE/],
    ['standard input for two things', ['-', '--addresses-from', '-'], 2, /only once/],
    ['an index that is none', ['package.json', '0x1000'], 1, /no list 'pages'/],
    ['a text without a dump', ['LICENSE', '0x1000'], 1, /no dump of memory.*xp \/512gx/],
    [
      'levels a format has not',
      [sample, '0x1', '--format', 'pae', '--levels', '4', '--root', '0x0'],
      1,
      /PAE.* has 3 levels, not 4/,
    ],
  ];
  for (const [what, args, status, message] of refusals) {
    it(`refuses ${what} in one line`, async () => {
      const run = await runCli(['walk', ...args]);
      assert.match(run.stderr, message);
      assert.equal(run.status, status);
      assert.equal(run.stderr.trim().split('\n').length, 1);
    });
  }
});
