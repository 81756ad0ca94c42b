import type { TdpIterForm } from '../tdp-iter-form';
import { type TdpIterState, tdpIterFields } from '../tdp-iter-state';
import type { FieldNow } from './session-view';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** What fields of the iterator lead to rows of the tree. */
export interface FieldLinks {
  readonly place: string | null;
  readonly tableRow: (pa: number) => string | null;
}

/** `struct tdp_iter` as rows; `pt_path` opens to its tables, by level - 1 as in the kernel. */
export function iteratorFields(
  form: TdpIterForm,
  state: TdpIterState,
  { place, tableRow }: FieldLinks,
): FieldNow[] {
  const path = state.path.map((pa, at) => ({
    name: `[${state.level + at - 1}]`,
    value: hex(pa),
    rowId: tableRow(pa),
    children: [],
  }));
  return tdpIterFields(form, state).map(({ name, value }) => ({
    name,
    value,
    rowId: name === 'sptep' ? place : null,
    children: name === 'pt_path' ? path : [],
  }));
}
