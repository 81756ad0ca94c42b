import type { Machine } from '../machine';
import { endGfnOf, type MachineKind, type MachineSetup } from '../machine-setup';
import { Task } from '../task';
import { operationDefiner, type OperationOf } from './define-operation';

/** Something KVM does to its TDP tables. */
export type Operation = OperationOf<MachineSetup, MachineKind>;

/** An operation on the TDP MMU from its definition. */
export const defineOperation = operationDefiner<MachineSetup, MachineKind, Machine, Task>(
  (machine) => new Task(machine),
  (setup) => ({ endGfn: endGfnOf(setup), slots: setup.slots }),
);

/** The conflict of a range that ends before it begins. */
export function rangeConflict({ start, end }: { start: number; end: number }): {
  name: 'end';
  message: string;
} | null {
  return end > start ? null : { name: 'end', message: 'the range ends before it begins' };
}
