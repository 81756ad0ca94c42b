import {
  detectTables,
  findEntryFormat,
  knownEvents,
  type StateMemory,
  type TableState,
  type TraceReplay,
  type TraceTree,
} from '../../src-core/index';
import type { FileView } from '../file-view';
import { chooseTables, type TableChoice, type TableHints } from '../table-choice';
import { replayOf } from './replayed-trace';

/** KVM's tables just after a line of a trace, as far as the lines tell them. */
export interface TraceMoment {
  readonly replay: TraceReplay;
  readonly state: TableState;
  /** From 0. */
  readonly line: number;
  /** One root of each address space: the one that the line is about, else the newest. */
  readonly trees: readonly TraceTree[];
}

/** A root's tables at a moment, ready to be walked. */
export interface TablesAsOf {
  readonly tables: TableChoice;
  /** No line tells where the root is: a stand-in is used. */
  readonly rootUnknown: boolean;
}

/** The moment that was asked about last: walks and documents ask about the same one often. */
const lastMoments = new WeakMap<FileView, TraceMoment>();
const readTables = new WeakMap<TraceMoment, Map<TraceTree, TablesAsOf>>();

/**
 * What is taken for granted of a 4 KiB entry that came by a split and that no line names. Source:
 * `make_huge_page_split_spte()` (v5.18 – v6.12), `make_small_spte()` (from v6.13 on), spte.c.
 */
export const splitAssumption =
  "Its right to execute is taken for the huge page's; where KVM splits because of its NX-huge-page mitigation it gives that right, and no line tells.";

/**
 * What no line tells of entries that lines name by their address. Source: `rmap_write_protect()`,
 * `kvm_zap_rmap()`, mmu.c: the shadow MMU has events for what it sets and for nothing it takes away.
 */
export const silentChanges =
  'entries may have lost the right to write since (dirty logging, shadowed tables), or be empty (zapped through the reverse map): the shadow MMU has no event for either';

/** Events whose lines tell what an entry holds from then on. */
const tellingEvents = new Set(['kvm_tdp_mmu_spte_changed', 'kvm_mmu_set_spte']);

/** Whether a file holds no dump, and lines that tell of entries, so that its tables can be replayed. */
export function isTraceAlone({ index }: FileView): boolean {
  if (index.memory.frameCount > 0) return false;
  for (const { event } of index.events()) {
    if (tellingEvents.has(knownEvents[event]!.spec.name)) return true;
  }
  return false;
}

/** A line of a file's trace and the tables at it, or why there are none. */
export function momentOf(view: FileView, line: number): TraceMoment | { readonly problem: string } {
  const last = lastMoments.get(view);
  if (last?.line === line) return last;
  const moment = findMoment(view, line);
  if (!('problem' in moment)) lastMoments.set(view, moment);
  return moment;
}

function findMoment(view: FileView, line: number): TraceMoment | { readonly problem: string } {
  const { lineCount } = view.index;
  if (!Number.isInteger(line) || line < 0 || line >= lineCount) {
    return { problem: `There is no line ${line + 1}: the file has ${lineCount}.` };
  }
  const replay = replayOf(view);
  if (replay.changeCount === 0) {
    return {
      problem:
        'This file tells no change of an entry: record the events kvmmmu:* (kvm_tdp_mmu_spte_changed, kvm_mmu_set_spte).',
    };
  }
  const trees = treesAt(replay, line);
  if (trees.length === 0) {
    return { problem: `No root is known at line ${line + 1}: the lines before it tell of none.` };
  }
  return { replay, state: replay.stateAt(line), line, trees };
}

/** The root that a line changes an entry of, else the newest of address space 0, else any. */
export function treeOfLine({ replay, line, trees }: TraceMoment): TraceTree {
  const told = replay.changesOf(line).at(-1)?.tree;
  return told ?? trees.find(({ asId }) => asId === 0) ?? trees[0]!;
}

/** A root's tables as memory, with the format and the kernel that the file has or its trace tells. */
export function tablesAsOf(
  view: FileView,
  moment: TraceMoment,
  tree: TraceTree,
): TablesAsOf | { readonly problem: string } {
  if (tree.namedBy === 'address') {
    return {
      problem:
        'These events name entries by their address alone: the upper tables are unknown, and nothing can be walked from a root.',
    };
  }
  const known = readTables.get(moment)?.get(tree);
  if (known) return known;
  const replayed = moment.state.memory(tree);
  const hints = hintsOf(view, replayed, moment.line);
  const tables = chooseTables(replayed.memory, hints, () => detectTables(replayed.memory, hints));
  if ('problem' in tables) return tables;
  const asOf = { tables, rootUnknown: replayed.rootUnknown };
  readTables.set(
    moment,
    (readTables.get(moment) ?? new Map<TraceTree, TablesAsOf>()).set(tree, asOf),
  );
  return asOf;
}

function hintsOf(view: FileView, replayed: StateMemory, line: number): TableHints {
  const { root, levels, rootUnknown } = replayed;
  const { hints, trace } = view;
  const format =
    hints.format ?? (trace.format === undefined ? undefined : findEntryFormat(trace.format));
  const ground = hints.format ? hints.formatGround : trace.formatGround;
  const given = hints.kernel !== undefined || hints.layout !== undefined;
  return {
    ...hints,
    ...(format && { format }),
    ...(ground && { formatGround: ground }),
    ...(!given && trace.era && { layout: trace.era.layout, kernelGround: trace.era.ground }),
    root,
    rootGround: {
      basis: rootUnknown ? 'assumed' : 'detected',
      why: rootUnknown
        ? `tables as of line ${line + 1}, no line tells where their root is`
        : `tables as of line ${line + 1}`,
    },
    levels,
  };
}

function treesAt(replay: TraceReplay, line: number): TraceTree[] {
  const told = replay.changesOf(line).map(({ tree }) => tree);
  const newest = [...told, ...replay.treesAt(line)];
  return newest
    .filter(({ asId }, place) => newest.findIndex((tree) => tree.asId === asId) === place)
    .sort((one, other) => (one.asId ?? Infinity) - (other.asId ?? Infinity));
}
