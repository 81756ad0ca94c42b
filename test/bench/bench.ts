import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { makeInputs } from './inputs';
import { type Work, works } from './works';

/** What either program prints about a run. */
interface Run {
  readonly n: number;
  readonly ranges: number;
  readonly sum_pa: string;
  readonly seconds: number;
  /** For which the main thread ran; `null` where the system does not tell. */
  readonly cpu_seconds: number | null;
  readonly rss_kib: number;
}

interface Pair {
  readonly ours: Run;
  readonly baseline: Run | null;
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function run(program: string, args: readonly string[]): Run {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Run;
}

/** Compiles the baseline; `null` where there is no C compiler. */
function compileBaseline(source: string, folder: string): string | null {
  const program = `${folder}/baseline`;
  const { error, status, stderr } = spawnSync('cc', ['-O2', '-o', program, source], {
    encoding: 'utf8',
  });
  if (error) return null;
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  return program;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Throws where the two programs did not find the same: a wrong answer must not be fast. */
function checkSame({ title }: Work, { ours, baseline }: Pair): void {
  if (!baseline) return;
  for (const figure of ['n', 'ranges', 'sum_pa'] as const) {
    if (String(ours[figure]) !== String(baseline[figure])) {
      throw new Error(`${title}: ${figure} is ${ours[figure]}, the baseline's ${baseline[figure]}`);
    }
  }
}

/** Both programs in turn, so that both meet the same noise. */
function measure(work: Work, cli: string, baseline: string | null, folder: string, rounds: number) {
  const args = work.args(folder);
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    const pair = {
      baseline: baseline === null ? null : run(baseline, args),
      ours: run(process.execPath, [cli, 'bench-entry', ...args]),
    };
    checkSame(work, pair);
    pairs.push(pair);
  }
  return {
    work,
    ours: median(pairs.map(({ ours }) => ours.seconds)),
    baseline: baseline === null ? null : median(pairs.map((pair) => pair.baseline!.seconds)),
    ratio: medianRatio(pairs, ({ seconds }) => seconds),
    cpuRatio: medianRatio(pairs, ({ cpu_seconds: seconds }) => seconds),
    memory: median(pairs.map(({ ours }) => ours.rss_kib)) / 1024,
  };
}

/** Of runs that took turns; `null` where one side has no such figure. */
function medianRatio(pairs: readonly Pair[], of: (run: Run) => number | null): number | null {
  const ratios = pairs.flatMap(({ ours, baseline }) => {
    const [one, other] = [of(ours), baseline && of(baseline)];
    return one === null || other === null ? [] : [one / other];
  });
  return ratios.length === 0 ? null : median(ratios);
}

const milliseconds = (seconds: number | null): string =>
  seconds === null ? '–' : (seconds * 1000).toFixed(1);

const shown = (ratio: number | null): string => (ratio === null ? '–' : ratio.toFixed(2));

/** On a machine that others use, the clock counts waiting too: then the main thread's time tells. */
function verdict({ target }: Work, ratio: number | null, cpuRatio: number | null): string {
  if (target === null || ratio === null) return '';
  if (ratio <= target) return 'met';
  return cpuRatio !== null && cpuRatio <= target ? 'met (CPU)' : 'MISSED';
}

function table(results: readonly ReturnType<typeof measure>[]): string {
  const rows = results.map(({ work, ours, baseline, ratio, cpuRatio, memory }) => [
    work.title,
    milliseconds(ours),
    milliseconds(baseline),
    shown(ratio),
    shown(cpuRatio),
    shown(work.target),
    verdict(work, ratio, cpuRatio),
    memory.toFixed(0),
  ]);
  const head = ['work', 'ours ms', 'C ms', 'ratio', 'CPU ratio', 'target', '', 'peak MiB'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
    folder: { type: 'string', default: 'out/bench' },
    cli: { type: 'string', default: 'out/bench/cli.cjs' },
  },
});
makeInputs(values.folder, say);
const baseline = compileBaseline('test/bench/baseline.c', values.folder);
if (baseline === null) say('no C compiler (cc) here: only our own times');
if (!existsSync(values.cli)) throw new Error(`${values.cli} is not there`);
const results = works
  .filter(({ title }) => values.only === undefined || title.includes(values.only))
  .map((work) => {
    say(work.title);
    return measure(work, values.cli, baseline, values.folder, Number(values.rounds));
  });
process.stdout.write(`${table(results)}\n`);
