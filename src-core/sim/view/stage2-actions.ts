import type { Stage2Machine } from '../stage2/stage2-machine';
import type { ActionVerb, RowAction, RowEntry } from './machine-view';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** An operation on a range, and on what rows it is offered. */
interface RangeAction {
  readonly verb: ActionVerb;
  readonly title: string;
  readonly operation: string;
  readonly on: 'leaf' | 'block' | 'used' | 'any';
  readonly ask?: readonly string[];
  readonly suggestions?: Readonly<Record<string, string>>;
}

const rangeActions: readonly RangeAction[] = [
  { verb: 'map', title: 'Map…', operation: 'map', on: 'any', ask: ['pa', 'rights'] },
  { verb: 'zap', title: 'Unmap', operation: 'unmap', on: 'used' },
  { verb: 'write-protect', title: 'Write-Protect', operation: 'write-protect', on: 'leaf' },
  { verb: 'age', title: 'Age', operation: 'age', on: 'leaf' },
  { verb: 'split', title: 'Split', operation: 'split', on: 'block' },
  { verb: 'other', title: 'Set Owner…', operation: 'set-owner', on: 'any', ask: ['owner'] },
  { verb: 'other', title: 'Annotate…', operation: 'annotate', on: 'any', ask: ['type', 'owner'] },
];

/** What can be done to an entry, or to a run of them; what this kernel cannot do is left out. */
export function stage2Actions(
  machine: Stage2Machine,
  entry: RowEntry,
  count: number,
  can: (operation: string) => boolean,
): RowAction[] {
  const { geometry, descriptors } = machine;
  const { value, level } = entry;
  const ipa = hex(entry.gfn * geometry.pageBytes);
  const range = { ipa, size: hex(count * geometry.size(level)) };
  const leaf = descriptors.isLeaf(value, level);
  const fits = { leaf, block: leaf && level < 3, used: value !== 0n, any: true };
  const access: RowAction = {
    verb: 'access',
    title: 'Let the Guest Access It',
    operation: 'access',
    arguments: { ipa },
    ask: ['access'],
  };
  const actions = rangeActions
    .filter(({ on, operation }) => fits[on] && can(operation))
    .map(({ verb, title, operation, ask = [] }) => ({
      verb,
      title,
      operation,
      arguments: range,
      ask,
    }));
  return [access, ...actions];
}
