import type { FrameStore } from '../memory/frame-store';
import type { CpuConfig } from '../paging/cpu';
import type { EntryFormat, EntryFormatName } from '../paging/entry-format';
import { hardwareFormat } from '../paging/registry';
import { rootAddress } from './root-address';
import { type RootFrames, rootFrames } from './root-frames';
import { type Hypothesis, hypotheses } from './table-hypotheses';
import { fitTree, type TreeFit } from './tree-fit';

/** A table that may be a root. */
export interface RootCandidate {
  /** Byte address. */
  readonly address: bigint;
  readonly format: EntryFormatName;
  readonly levels: number;
  /** 0 to 1: how well the tables below hang together, and how many of the memory's pages they are. */
  readonly score: number;
  /** Sentences, the weightiest first. */
  readonly evidence: readonly string[];
}

export interface Detection {
  /** The likeliest first; empty: nothing here looks like page tables. */
  readonly roots: readonly RootCandidate[];
}

/** What is known beforehand. */
export interface DetectOptions {
  readonly cpu?: CpuConfig;
  readonly format?: EntryFormat;
  /** Byte address, or a whole CR3 or EPTP value. */
  readonly root?: bigint;
  readonly levels?: number;
}

/** Candidates reported, and trees whose entries are asked about KVM's software bits. */
const reported = 16;
const examined = 8;
const leastScore = 0.05;

interface Tree {
  readonly hypothesis: Hypothesis;
  readonly levels: number;
  readonly address: bigint;
  readonly fit: TreeFit;
  /** 0 to 1, before it is asked whose entries these are. */
  readonly score: number;
}

/** Roots, formats and levels that a memory suggests by how well its tables hang together. */
export function detectTables(memory: FrameStore, options: DetectOptions = {}): Detection {
  const trees = findTrees(memory, options)
    .filter(({ score }) => score >= leastScore)
    .sort((one, other) => other.score - one.score);
  const candidates = distinctTrees(trees)
    .slice(0, examined)
    .flatMap((tree) => readings(tree, options));
  candidates.sort((one, other) => other.score - one.score);
  return { roots: candidates.slice(0, reported) };
}

function findTrees(memory: FrameStore, { cpu = {}, format, root, levels }: DetectOptions): Tree[] {
  const trees: Tree[] = [];
  const framesBySize = new Map<4 | 8, RootFrames>();
  for (const hypothesis of hypotheses) {
    if (format && !mayBe(hypothesis, format)) continue;
    const { entryBytes } = hardwareFormat(hypothesis.hardware);
    const found = framesBySize.get(entryBytes) ?? rootFrames(memory, entryBytes);
    framesBySize.set(entryBytes, found);
    const { candidates, pages } = found;
    for (const count of hypothesis.levels) {
      if (levels !== undefined && levels !== count) continue;
      const compiled = hardwareFormat(hypothesis.hardware).compile({ levels: count, cpu });
      const frames =
        root === undefined
          ? alignedFrames(candidates, compiled.rootAlignment)
          : [Number(rootAddress(compiled, root) >> 12n)];
      for (const frame of frames) {
        if (memory.slotOf(frame) < 0) continue;
        const fit = fitTree(memory, compiled, frame);
        const score = hypothesis.score(fit, pages);
        trees.push({ hypothesis, levels: count, address: BigInt(frame) << 12n, fit, score });
      }
    }
  }
  return trees;
}

function mayBe({ hardware, alike }: Hypothesis, format: EntryFormat): boolean {
  return format.hardware === hardware || alike?.includes(format.hardware) === true;
}

/** Where roots of several pages begin that these pages may be a part of. */
function alignedFrames(frames: readonly number[], alignment: number): Set<number> {
  const pages = Math.max(1, alignment / 4096);
  return new Set(frames.map((frame) => frame - (frame % pages)));
}

/** Leaves out trees whose root is a table of a better tree, or the same root read worse by far. */
function distinctTrees(trees: readonly Tree[]): Tree[] {
  const kept: Tree[] = [];
  for (const tree of trees) {
    const frame = Number(tree.address >> 12n);
    const covered = kept.some(
      (better) =>
        better.fit.frames.has(frame) &&
        (better.address !== tree.address || tree.score < better.score / 2),
    );
    if (!covered) kept.push(tree);
  }
  return kept;
}

/** A tree under each entry format its hardware's tables may be in, with its evidence. */
function readings(tree: Tree, { cpu = {}, format }: DetectOptions): RootCandidate[] {
  const { hypothesis, levels, address, fit, score } = tree;
  return hypothesis
    .readings(fit, cpu)
    .filter((reading) => format === undefined || reading.format === format.name || !format.kvm)
    .map((reading) => ({
      address,
      format: format?.name ?? reading.format,
      levels,
      score: Math.round(score * reading.likelihood * 1000) / 1000,
      evidence: [...reading.evidence, ...treeEvidence(fit)],
    }));
}

function treeEvidence(fit: TreeFit): string[] {
  const { frames, held, missing, malformed, leaves } = fit;
  const sentences = [
    `${plural(frames.size, 'table')} hang together below it, with ${plural(leaves, 'leaf', 'leaves')}`,
    missing === 0
      ? `every one of ${plural(held, 'entry', 'entries')} that point at a table finds it in the memory`
      : `${missing} of ${plural(held + missing, 'entry', 'entries')} point at a table that is not in the memory`,
  ];
  if (malformed > 0) {
    sentences.push(`${plural(malformed, 'entry', 'entries')} would be malformed to the CPU`);
  }
  return sentences;
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
