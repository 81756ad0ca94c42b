import { readFileSync } from 'node:fs';

import {
  enumerate,
  type FrameStore,
  hardwareFormat,
  parseWord,
  TextIndex,
  translateMany,
} from '../../src-core/index';
import { type CliIo, type Command, type ExitStatus, inputProblem, usageProblem } from './command';
import { openImage } from './open-image';
import { textStretches } from './text-file';

/** What a measured run did: the same figures as the C baseline's, so that a wrong answer shows. */
interface Measured {
  readonly n: number;
  readonly ranges: number;
  readonly sum: bigint;
}

/** The images that are measured are x86-64 tables of four levels. */
const compiled = hardwareFormat('x86-64').compile({ levels: 4, cpu: {} });
/**
 * The C limit looks at no reserved bit, and large leaves of the usual images have bits set below
 * their size: both sides count the same leaves.
 */
const options = { ignoreReserved: true } as const;

type Mode = (args: readonly string[]) => Measured;

const modes: Readonly<Record<string, Mode>> = {
  merge: ([image, root]) => {
    const { leaves, ranges, sumPhysical } = enumerate(
      openImage(named(image, 'IMG.raw')).memory,
      compiled,
      rootOf(root),
      { merge: 'rights', ...options },
    );
    return { n: leaves.reduce((sum, count) => sum + count, 0), ranges, sum: sumPhysical };
  },
  va: ([image, root, addresses]) => {
    const words = wordsOf(readFileSync(named(addresses, 'ADDRS')));
    const { memory } = openImage(named(image, 'IMG.raw'));
    const { physical } = translateMany(memory, compiled, rootOf(root), words, options);
    return { ...sumOf(physical), ranges: 0 };
  },
  text: ([dump]) => {
    const { memory } = new TextIndex(textStretches(named(dump, 'DUMP.txt')));
    return { n: memory.wordCount(), ranges: 0, sum: sumOfWords(memory) };
  },
};

/** `pagewalk bench-entry`: one measured run of the product's own code, for comparison from outside. */
export const benchEntryCommand: Command = {
  name: 'bench-entry',
  usage: 'merge IMG.raw ROOT | va IMG.raw ROOT ADDRS | text DUMP.txt',
  summary: 'measures one run of merging, translating or reading a dump',
  help: `
Prints {"n","ranges","sum_pa","seconds","cpu_seconds","rss_kib"}. IMG.raw: x86-64 tables of four levels, file
offset = physical address. ADDRS: little-endian 64-bit addresses. The time begins before the file is
opened and leaves out the start of the process; cpu_seconds is the main thread's share of it.`,
  run: runBenchEntry,
};

export async function runBenchEntry(args: readonly string[], io: CliIo): Promise<ExitStatus> {
  const [name, ...rest] = args;
  const mode = name !== undefined && Object.hasOwn(modes, name) ? modes[name] : undefined;
  if (!mode) throw usageProblem(`'${name ?? ''}' is none of ${Object.keys(modes).join(', ')}`);
  const start = performance.now();
  const startedAt = mainThreadTime();
  const { n, ranges, sum } = measured(mode, rest);
  const seconds = (performance.now() - start) / 1000;
  const endedAt = mainThreadTime();
  const cpu = startedAt === null || endedAt === null ? null : endedAt - startedAt;
  const answer = {
    n,
    ranges,
    sum_pa: String(sum),
    seconds,
    cpu_seconds: cpu,
    rss_kib: peakMemory(),
  };
  await io.write(`${JSON.stringify(answer)}\n`);
  return 0;
}

/**
 * Seconds for which the main thread has run: what `seconds` would be on a machine that nobody shares.
 * `null`: the system does not tell.
 */
function mainThreadTime(): number | null {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(
      ' ',
    );
    return Number(nanoseconds) / 1e9;
  } catch {
    return null;
  }
}

/**
 * Most memory held at a time, in KiB. Linux counts what the parent process held before it became
 * this one in `maxRSS`, not in its own account of the process.
 */
function peakMemory(): number {
  try {
    const [, peak] =
      /^VmHWM:\s*([0-9]+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (peak !== undefined) return Number(peak);
  } catch {
    // Not Linux: nothing is there.
  }
  return process.resourceUsage().maxRSS;
}

function measured(mode: Mode, args: readonly string[]): Measured {
  try {
    return mode(args);
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw inputProblem(error.message);
    throw error;
  }
}

function named(path: string | undefined, what: string): string {
  if (path === undefined) throw usageProblem(`${what} is missing`);
  return path;
}

function rootOf(text: string | undefined): bigint {
  const root = text === undefined ? undefined : parseWord(text);
  if (root === undefined) throw usageProblem(`'${text ?? ''}' is no address of a root`);
  return root;
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const count = bytes.byteLength >>> 3;
  return bytes.byteOffset % 4 === 0
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, count * 2)
    : new Uint32Array(bytes.slice(0, count * 8).buffer);
}

/** Sum of byte addresses modulo 2^64, in halves: their sum leaves what a number holds exactly. */
function sumOf(physical: Float64Array): { n: number; sum: bigint } {
  let n = 0;
  let low = 0;
  let high = 0;
  for (let index = 0; index < physical.length; index++) {
    const address = physical[index]!;
    if (Number.isNaN(address)) continue;
    const upper = Math.floor(address / 0x1_0000_0000);
    high += upper;
    low += address - upper * 0x1_0000_0000;
    n++;
  }
  return { n, sum: BigInt.asUintN(64, (BigInt(high) << 32n) + BigInt(low)) };
}

/** Sum of all words known, modulo 2^64. */
function sumOfWords(memory: FrameStore): bigint {
  let low = 0;
  let high = 0;
  for (const frame of memory.frames()) {
    const slot = memory.slotOf(frame);
    const buffer = memory.buffers[memory.slotBuffer[slot]!]!;
    const base = memory.slotOffset[slot]!;
    for (let half = 0; half < 1024; half += 2) {
      if (!memory.isKnown(slot, half, 2)) continue;
      low += buffer[base + half]!;
      high += buffer[base + half + 1]!;
    }
  }
  return BigInt.asUintN(64, (BigInt(high) << 32n) + BigInt(low));
}
