import type { CpuConfig } from '../paging/cpu';
import type { HardwareFormatName } from '../paging/format';
import {
  readAsArm64,
  readAsEpt,
  readAsLegacy,
  readAsPae,
  readAsPlain32,
  type Reading,
} from './entry-readings';
import type { TreeFit } from './tree-fit';

/** A hardware format that tables may be in, and how their entries then look. */
export interface Hypothesis {
  readonly hardware: HardwareFormatName;
  /** Formats whose tables look the same: one of these may be asked for. */
  readonly alike?: readonly HardwareFormatName[];
  /** The most usual number of levels first. */
  readonly levels: readonly number[];
  /** 0 to 1. @param pages frames of the memory that hold anything */
  readonly score: (fit: TreeFit, pages: number) => number;
  /** Whose entries these are: the likeliest first. */
  readonly readings: (fit: TreeFit, cpu: CpuConfig) => Reading[];
}

/** A part of a whole; of nothing: all of it. */
const share = (part: number, all: number): number => (all === 0 ? 1 : part / all);

/** How well tables hang together, whatever their format. */
function structure(fit: TreeFit, pages: number): number {
  const { held, missing, missingAlike, present, malformed, leaves, frames, conflicts } = fit;
  if (present === 0) return 0;
  // A lone table points at nothing that is held: what it is can hardly be told.
  const hangs = held === 0 ? 0.15 : share(held + missingAlike, held + missing);
  const clean = share(present - malformed, present);
  const pure = 1 - 0.5 * share(fit.leavesAlike, Math.max(1, leaves));
  const covers = Math.min(1, share(frames.size, pages));
  const agrees = share(frames.size, frames.size + conflicts);
  return hangs * hangs * clean * clean * pure * agrees * (0.3 + 0.7 * covers);
}

/** Half of the certainty for the structure alone, the rest for what the leaves look like. */
const leavesLike = (likely: number, fit: TreeFit): number =>
  0.5 + 0.5 * share(likely, Math.max(1, fit.leaves));

/** Entries that point at tables, held or not. */
const tableEntries = (fit: TreeFit): number => fit.held + fit.missing;

/** x86's tables have rights or marks in their flags; arm64's have type bits alone. */
const notBare = (fit: TreeFit): number =>
  1 - 0.5 * share(fit.bareTables, Math.max(1, tableEntries(fit)));

/** arm64: bare table entries, and leaves with the access flag. */
const armLike = (fit: TreeFit): number =>
  share(fit.bareTables, tableEntries(fit)) ** 2 * leavesLike(fit.accessFlags, fit);

/** Every format that is tried; a new one is a row here. */
export const hypotheses: readonly Hypothesis[] = [
  {
    hardware: 'x86-64',
    alike: ['npt'],
    levels: [4, 5],
    // Memory is rarely mapped uncached: where it seems to be, these are EPT's memory types.
    score: (fit, pages) =>
      structure(fit, pages) * leavesLike(fit.leaves - fit.uncached, fit) * notBare(fit),
    readings: readAsLegacy,
  },
  {
    hardware: 'ept',
    levels: [4, 5],
    score: (fit, pages) => structure(fit, pages) * leavesLike(fit.writeBack, fit),
    readings: readAsEpt,
  },
  {
    hardware: 'pae',
    levels: [3],
    score: (fit, pages) => structure(fit, pages) * notBare(fit),
    readings: readAsPae,
  },
  {
    hardware: 'x86-32',
    levels: [2],
    // 64-bit entries of low addresses have nothing in every second place.
    score: (fit, pages) =>
      structure(fit, pages) * Math.min(1, 3 * share(fit.oddEntries, fit.entries)),
    readings: readAsPlain32,
  },
  {
    hardware: 'arm64-stage1',
    levels: [4, 3, 2],
    score: (fit, pages) =>
      structure(fit, pages) * armLike(fit) * leavesLike(fit.leaves - fit.bit5, fit),
    readings: () => [
      readAsArm64('arm64-s1', 'leaves have no stage 2 memory type (bit 5 is clear)'),
    ],
  },
  {
    hardware: 'arm64-stage2',
    levels: [3, 4, 2],
    score: (fit, pages) => structure(fit, pages) * armLike(fit) * leavesLike(fit.bit5, fit),
    readings: () => [readAsArm64('arm64-s2', 'leaves have a stage 2 memory type (bit 5 is set)')],
  },
];
