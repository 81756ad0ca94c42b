import { type JsonPlace, type JsonProblem, jsonTop } from './json-place';
import { physicalBits, readListedTables, readTableAddress } from './listed-tables-json';
import type { ListedTable } from './table-memory';
import { entriesPerTable } from './table-page';
import {
  type TdpIterForm,
  tdpIterFormOf,
  tdpIterFormWithYield,
  type YieldStyle,
} from './tdp-iter-form';
import { presentByBit11, presentByExclusion, type TdpIterRule } from './tdp-iter-rule';

/** A change made while a walk runs, after the step of that number (from 1). */
export interface TdpIterMutation {
  readonly afterStep: number;
  readonly write: { readonly pa: number; readonly index: number; readonly value: bigint } | null;
  /** The loop's body asks to yield. */
  readonly restart: boolean;
}

/** A recorded walk's inputs: tables, range, what happens on the way. Layout: `golden/tdp-iter`. */
export interface TdpIterCase {
  readonly form: TdpIterForm;
  readonly rule: TdpIterRule;
  readonly absent: bigint;
  readonly rootPa: number;
  readonly rootLevel: number;
  readonly minLevel: number;
  readonly startGfn: number;
  readonly endGfn: number;
  readonly gfnBits: number;
  readonly pages: readonly ListedTable[];
  readonly mutations: readonly TdpIterMutation[];
}

const restartStyles: Readonly<Record<string, YieldStyle>> = {
  refresh_walk: 'refresh-walk',
  restart_now: 'restart-now',
  yielded: 'yielded',
};

/** A case from parsed JSON; its answer's keys are not looked at. */
export function readTdpIterCase(json: unknown): TdpIterCase | { problems: JsonProblem[] } {
  const top = jsonTop(json);
  const layout = top.member('layout');
  const pages = readListedTables(top.member('pages'));
  const rootPa = readTableAddress(top.member('root_pa'));
  const read = {
    form: readForm(top),
    rule: readRule(layout),
    absent: layout.member('absent_entry').word() ?? 0n,
    rootPa: rootPa ?? 0,
    rootLevel: top.member('root_level').count(0, 15) ?? 0,
    minLevel: top.member('min_level').count(0, 15) ?? 0,
    startGfn: readGfn(top.member('start_gfn')),
    endGfn: readEnd(top.member('end_gfn')),
    gfnBits: readGfn(top.member('gfn_bits'), 0),
    pages,
    mutations: readMutations(top.member('mutations'), new Set(pages.map((page) => page.pa))),
  };
  if (rootPa !== undefined && !pages.some((page) => page.pa === rootPa)) {
    top.member('root_pa').fail('the root is not among the pages');
  }
  return top.problems.length > 0 ? { problems: top.problems } : read;
}

function readGfn(place: JsonPlace, fallback?: number): number {
  return place.address(physicalBits, fallback) ?? 0;
}

/** The end is only compared with: one beyond all GFNs stands for any such. */
function readEnd(place: JsonPlace): number {
  return typeof place.value === 'string' ? Number(place.word() ?? 0n) : readGfn(place);
}

function readForm(top: JsonPlace): TdpIterForm {
  const version = top.member('version');
  const byVersion = typeof version.value === 'string' ? tdpIterFormOf(version.value) : undefined;
  const style = restartStyles[String(top.member('restart_style').value)];
  if (byVersion && (style === undefined || style === byVersion.yieldStyle)) return byVersion;
  if (style === undefined) version.fail('no kernel with a TDP MMU (v5.10 and later, or seed-v2)');
  return tdpIterFormWithYield(style ?? 'yielded');
}

function readRule(layout: JsonPlace): TdpIterRule {
  const name = layout.member('name').choice(['special-bits-52-53', 'mmu-present-bit-11']);
  if (name === 'mmu-present-bit-11') return presentByBit11();
  const removed = layout.member('removed_value');
  return presentByExclusion(removed.present ? removed.word() : undefined);
}

function readMutations(list: JsonPlace, tables: ReadonlySet<number>): TdpIterMutation[] {
  return list.items().map((place) => {
    const target = place.member('pa');
    return {
      afterStep: place.member('after_step').count(1, Number.MAX_SAFE_INTEGER) ?? 0,
      write: target.present ? readWrite(place, target, tables) : null,
      restart: place.member('restart').flag(false) ?? false,
    };
  });
}

function readWrite(
  place: JsonPlace,
  target: JsonPlace,
  tables: ReadonlySet<number>,
): TdpIterMutation['write'] {
  const pa = readTableAddress(target) ?? 0;
  if (!tables.has(pa)) target.fail('this table is not among the pages');
  return {
    pa,
    index: place.member('index').count(0, entriesPerTable - 1) ?? 0,
    value: place.member('value').word() ?? 0n,
  };
}
