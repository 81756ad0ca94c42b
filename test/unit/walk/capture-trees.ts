import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import {
  type CompiledFormat,
  cpuOfTables,
  type EntryFormatName,
  findEntryFormat,
  type FrameStore,
  hardwareFormat,
  indexedImage,
  parseWord,
} from '../../../src-core/index';

/** A root of a captured machine, with its tables in memory. */
export interface CaptureTree {
  readonly run: string;
  readonly memory: FrameStore;
  readonly root: bigint;
  readonly format: EntryFormatName;
  readonly compiled: CompiledFormat;
  readonly kernel: string;
  /** Leaves of levels 1, 2, 3 as the capture's own script counted them. */
  readonly leaves: number;
}

const captures = path.join('..', 'shared', 'captures', 'x86');

/** What a capture calls its formats. */
const formats: readonly (readonly [RegExp, EntryFormatName])[] = [
  [/^NPT/, 'npt64'],
  [/^EPT/, 'ept'],
  [/^shadow-(64|of-guest-NPT)/, 'shadow64'],
  [/^shadow-PAE/, 'pae'],
];
/** Started with `eptad=0`. */
const withoutAd = ['ept-6.12'];

/** Every captured root; none where the large set does not stand beside the checkout. */
export function captureTrees(): CaptureTree[] {
  if (!existsSync(captures)) return [];
  return readdirSync(captures)
    .filter((run) => existsSync(path.join(captures, run, 'tables.json')))
    .flatMap(treesOf);
}

function treesOf(run: string): CaptureTree[] {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(path.join(captures, run, name), 'utf8'));
  const meta = read('meta.json') as {
    kernel: string;
    roots: { root: string; level: number; format: string }[];
    leaf_counts_by_walk: Record<string, number>;
  };
  const index = read('tables.json') as { pages: { hpa: string; file_offset: number }[] };
  const pages = index.pages.map(({ hpa, file_offset: fileOffset }) => ({
    address: parseWord(hpa)!,
    fileOffset,
  }));
  const bytes = readFileSync(path.join(captures, run, 'tables.bin'));
  const { memory } = indexedImage(bytes, pages, run);
  return meta.roots.map(({ root, level, format }) => {
    const named = formats.find(([pattern]) => pattern.test(format))![1];
    const name = withoutAd.includes(run) ? 'ept-noad' : named;
    const levels = name === 'pae' ? 3 : level;
    return {
      run,
      memory,
      root: parseWord(root)!,
      format: name,
      compiled: hardwareFormat(findEntryFormat(name)!.hardware).compile({
        levels,
        cpu: cpuOfTables(name, {}),
      }),
      kernel: /Linux \S+ (\S+)/.exec(meta.kernel)![1]!,
      leaves: Object.values(meta.leaf_counts_by_walk).reduce((sum, count) => sum + count, 0),
    };
  });
}
