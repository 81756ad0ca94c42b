import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fixturePlace, sharedPlace } from '../golden/places';
import { runCli } from './run-cli';

interface Range {
  readonly start: string;
  readonly end: string;
  readonly physical: string | null;
  readonly page_sizes: readonly number[];
  readonly permissions: Readonly<
    Record<'read' | 'write' | 'execute' | 'user', boolean | null>
  > | null;
  readonly kind: string;
}

interface Summary {
  readonly leaves: number;
  readonly ranges: number;
  readonly tables: number;
  readonly bytes: number;
}

async function map(...args: string[]): Promise<{ ranges: Range[]; summary: Summary }> {
  const { status, stdout, stderr } = await runCli(['map', ...args, '--json']);
  assert.equal(status, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  const summary = JSON.parse(lines.pop()!) as Summary;
  return { ranges: lines.map((line) => JSON.parse(line) as Range), summary };
}

/** `start-end rights`, as QEMU's `info mem` says it: neighbours with equal u, r and w are one. */
function asInfoMem(ranges: readonly Range[]): string[] {
  const joined: { start: bigint; end: bigint; rights: string }[] = [];
  for (const { start, end, permissions } of ranges) {
    const rights = `${permissions?.user ? 'u' : '-'}r${permissions?.write ? 'w' : '-'}`;
    const last = joined.at(-1);
    if (last?.end === BigInt(start) && last.rights === rights) last.end = BigInt(end);
    else joined.push({ start: BigInt(start), end: BigInt(end), rights });
  }
  const hex = (value: bigint): string => value.toString(16).padStart(16, '0');
  return joined.map(({ start, end, rights }) => `${hex(start)}-${hex(end)} ${rights}`);
}

interface QemuImage {
  readonly mode: string;
  readonly memory: string;
  readonly registers: { readonly CR3: string };
  readonly info_mem: readonly string[] | null;
}

const modes: Readonly<Record<string, readonly string[]>> = {
  la48: ['--format', 'guest64'],
  pae: ['--format', 'guest-pae'],
  legacy32: ['--format', 'guest32', '--config', 'pse=false'],
  legacy32_pse: ['--format', 'guest32', '--config', 'pse=true'],
};

describe('pagewalk map beside QEMU info mem', () => {
  const place = sharedPlace('external', 'qemu-x86') ?? fixturePlace('qemu-x86');
  for (const name of readdirSync(place).filter((file) => file.endsWith('.json'))) {
    const image = JSON.parse(readFileSync(path.join(place, name), 'utf8')) as QemuImage;
    const { info_mem: expected } = image;
    const options = modes[image.mode];
    if (expected === null || !options) continue;
    it(`${name}: ${expected.length} of ${expected.length} ranges`, async () => {
      const source = path.join(place, image.memory);
      const root = ['--root', image.registers.CR3];
      const { ranges } = await map(
        source,
        ...root,
        ...options,
        '--merge',
        'rights',
        '--ignore-reserved',
      );
      const shown = asInfoMem(ranges.filter(({ kind }) => kind === 'mapped'));
      // `info mem` has the size between the addresses and the rights; 32-bit addresses are shorter.
      const wanted = expected.map((line) => {
        const [addresses, , rights] = line.split(' ');
        const [start, end] = addresses!.split('-').map((digits) => digits.padStart(16, '0'));
        return `${start!}-${end!} ${rights!}`;
      });
      assert.deepEqual(shown, wanted);
    });
  }
});

interface Meta {
  readonly leaf_counts_by_walk?: Readonly<Record<string, number>>;
  readonly roots?: readonly { readonly table_pages: number }[];
}

describe('pagewalk map of captured tables', () => {
  const place = sharedPlace('captures', 'x86');
  const runs = place === undefined ? [] : readdirSync(place);
  for (const run of runs) {
    const folder = path.join(place!, run);
    if (!existsSync(path.join(folder, 'tables.json'))) continue;
    const meta = JSON.parse(readFileSync(path.join(folder, 'meta.json'), 'utf8')) as Meta;
    const counts = meta.leaf_counts_by_walk;
    if (!counts || meta.roots?.length !== 1) continue;
    it(`${run}: as many leaves and tables as an independent walk`, async () => {
      const { summary, ranges } = await map(path.join(folder, 'tables.json'), '--unmerged');
      const leaves = Object.values(counts).reduce((sum, count) => sum + count, 0);
      assert.equal(summary.leaves, leaves);
      assert.equal(summary.tables, meta.roots![0]!.table_pages);
      assert.equal(ranges.filter(({ kind }) => kind === 'mapped').length, leaves);
    });
  }
});

describe('pagewalk map', () => {
  const sample = path.join('samples', 'npt-6.1.xp');

  it('filters, and merges no more than it is told', async () => {
    const all = await map(sample);
    const writable = await map(sample, '--filter', 'w');
    assert.ok(writable.ranges.length > 0);
    assert.deepEqual(
      writable.ranges,
      all.ranges.filter(({ permissions }) => permissions?.write === true),
    );
    const [first] = all.ranges;
    const at = await map(sample, '--filter', first!.start);
    assert.deepEqual(at.ranges, [first]);
    const mmio = await map(sample, '--filter', '!mapped,!missing');
    assert.ok(mmio.ranges.every(({ kind }) => kind === 'mmio'));
    const single = await map(sample, '--unmerged');
    assert.ok(single.ranges.length > all.ranges.length);
    assert.equal(single.summary.leaves, all.summary.leaves);
    const byRights = await map(sample, '--merge', 'rights');
    assert.ok(byRights.ranges.length <= all.ranges.length);
  });

  it('writes text and CSV', async () => {
    const csv = await runCli(['map', sample, '--format-out', 'csv']);
    assert.match(csv.stdout, /^start,end,physical,page_sizes,read,write,execute,user,kind\n0x/);
    const text = await runCli(['map', sample]);
    assert.match(text.stdout, /\n[0-9]+ leaves in [0-9]+ ranges, [0-9]+ tables, .* mapped/);
  });

  for (const [args, status] of [
    [['map'], 2],
    [['map', 'samples/npt-6.1.xp', '--filter', 'nonsense!'], 2],
    [['map', 'samples/npt-6.1.xp', '--merge', 'all'], 2],
    [['map', 'samples/npt-6.1.xp', '--format-out', 'xml'], 2],
    [['map', 'samples/no-such-file'], 1],
    [['map', 'samples/README.md'], 1],
    [['bench-entry'], 2],
    [['bench-entry', 'merge', 'samples/no-such-file', '0x1000'], 1],
    [['bench-entry', 'va', 'samples/npt-6.1.xp', 'xyz', 'samples/README.md'], 2],
  ] as const) {
    it(`${args.join(' ')}: exit status ${status}, one line`, async () => {
      const result = await runCli([...args]);
      assert.equal(result.status, status);
      assert.equal(result.stderr.trimEnd().split('\n').length, 1, result.stderr);
    });
  }

  it('bench-entry text: the words and their sum', async () => {
    const { stdout } = await runCli(['bench-entry', 'text', sample]);
    const {
      n,
      ranges,
      sum_pa: sum,
      seconds,
      rss_kib: memory,
    } = JSON.parse(stdout) as Record<'n' | 'ranges' | 'seconds' | 'rss_kib', number> & {
      sum_pa: string;
    };
    const words = readFileSync(sample, 'utf8').matchAll(/ 0x([0-9a-f]{16})\b/g);
    const values = [...words].map(([, digits]) => BigInt(`0x${digits!}`));
    assert.equal(n, values.length);
    assert.equal(
      BigInt(sum),
      BigInt.asUintN(
        64,
        values.reduce((one, other) => one + other, 0n),
      ),
    );
    assert.equal(ranges, 0);
    assert.ok(seconds > 0 && memory > 0);
  });
});
