import { formatWord } from '../word';
import type { TdpIterForm } from './tdp-iter-form';

/** A snapshot of `struct tdp_iter`. Addresses and GFNs are numbers below 2^52. */
export interface TdpIterState {
  readonly nextLastLevelGfn: number;
  readonly yieldedGfn: number;
  readonly gfnBits: number;
  /** Tables on the path, the current level's first. */
  readonly path: readonly number[];
  readonly table: number;
  readonly index: number;
  readonly gfn: number;
  readonly rootLevel: number;
  readonly minLevel: number;
  readonly level: number;
  readonly asId: number;
  readonly oldSpte: bigint;
  readonly valid: boolean;
  readonly yielded: boolean;
}

/** One field of the struct as this kernel names it. */
export interface TdpIterField {
  readonly name: string;
  readonly value: string;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

interface FieldRow {
  readonly name: string | ((form: TdpIterForm) => string);
  readonly has?: (form: TdpIterForm) => boolean;
  readonly value: (state: TdpIterState) => string;
}

const hasProgress = (form: TdpIterForm): boolean => form.needsProgress;

/** Source: tdp_iter.h of v5.10, v5.12, v5.16, v6.12, v7.1. */
const rows: readonly FieldRow[] = [
  { name: (form) => form.targetName, value: (state) => hex(state.nextLastLevelGfn) },
  { name: 'yielded_gfn', has: hasProgress, value: (state) => hex(state.yieldedGfn) },
  { name: 'pt_path', value: (state) => state.path.map(hex).join(' ') },
  { name: 'sptep', value: (state) => hex(state.table + 8 * state.index) },
  { name: 'gfn', value: (state) => hex(state.gfn) },
  { name: 'gfn_bits', has: (form) => form.hasGfnBits, value: (state) => hex(state.gfnBits) },
  { name: 'root_level', value: (state) => String(state.rootLevel) },
  { name: 'min_level', value: (state) => String(state.minLevel) },
  { name: 'level', value: (state) => String(state.level) },
  { name: 'as_id', has: hasProgress, value: (state) => String(state.asId) },
  { name: 'old_spte', value: (state) => formatWord(state.oldSpte) },
  { name: 'valid', value: (state) => String(state.valid) },
  {
    name: 'yielded',
    has: (form) => form.yieldStyle === 'yielded',
    value: (state) => String(state.yielded),
  },
];

/** The struct's fields in the kernel's order and by its names. */
export function tdpIterFields(form: TdpIterForm, state: TdpIterState): TdpIterField[] {
  return rows
    .filter((row) => row.has?.(form) ?? true)
    .map((row) => ({
      name: typeof row.name === 'string' ? row.name : row.name(form),
      value: row.value(state),
    }));
}
