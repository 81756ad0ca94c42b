import { compareSplitCaches, mostSplits, mostUsedBySplit } from '../../src-core/index';
import { cacheChart, cacheRows, titles } from '../render/cache-chart';
import { type Command, parseCommandLine, usageProblem } from './command';

/** `pagewalk caches`: what the split cache does for a VM, before and after the fix. */
export const cachesCommand: Command = {
  name: 'caches',
  usage: '[--splits N] [--used N] [--json]',
  summary: 'what eager splitting takes from its descriptor cache, before and after the fix of 2022',
  help: `
Huge pages of a nested guest are split one after the other: --splits N of them (8), each taking
--used N descriptors (512: every small page is mapped once already; 0: none is; 513 at most).
Prints capacity, refills and waste of both caches, and what is left after each split.`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, {
      splits: { type: 'string' },
      used: { type: 'string' },
      json: { type: 'boolean' },
    });
    if (positionals.length > 0) throw usageProblem('no file is read');
    const work = {
      splits: count('splits', values.splits, 8, 1, mostSplits),
      used: count('used', values.used, 512, 0, mostUsedBySplit),
    };
    const caches = compareSplitCaches(work);
    if (values.json === true) {
      await io.write(`${JSON.stringify({ ...work, caches: caches.map(cacheJson) })}\n`);
      return 0;
    }
    const most = Math.max(...caches.map(({ capacity }) => capacity));
    const label = Math.max(...cacheRows.map((row) => row.label.length));
    const line = (name: string, cells: readonly string[]): string =>
      [name.padEnd(label), ...cells.map((cell) => cell.padEnd(26))].join('  ').trimEnd();
    const table = cacheRows.map((row) => line(row.label, caches.map(row.value)));
    const charts = caches.map((figures) => cacheChart(figures, most));
    const head = line(
      'split_desc_cache',
      caches.map(({ name }) => titles[name]),
    );
    await io.write(`${[head, ...table, '', charts.join('\n\n')].join('\n')}\n`);
    return 0;
  },
};

function count(
  name: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw usageProblem(`--${name} is a number from ${min} to ${max}`);
}

/** The command line's names. */
function cacheJson(figures: ReturnType<typeof compareSplitCaches>[number]) {
  const { objectBytes, bytesHeld, bytesWasted, ...rest } = figures;
  return {
    ...rest,
    object_bytes: objectBytes,
    bytes_held: bytesHeld,
    bytes_wasted: bytesWasted,
  };
}
