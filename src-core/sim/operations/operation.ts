import type { JsonPlace } from '../json-place';
import type { Machine } from '../machine';
import type { MachineKind, MachineSetup } from '../machine-setup';
import type { Steps } from '../micro-step';
import type { Task } from '../task';
import type { ArgumentsOf, Parameters } from './parameter';

/** An operation with its arguments, ready to run. */
export interface PreparedOperation {
  readonly name: string;
  /** One clause: how it came out. */
  run(task: Task): Steps<string>;
}

/** Something KVM does to its tables, as scenarios and people ask for it. */
export interface Operation {
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  readonly parameters: Parameters;
  /** KVM's functions it follows. */
  readonly source: string;
  /** Why this kernel cannot do it; `null`: it can. */
  readonly refusal: (kind: MachineKind) => string | null;
  /**
   * Reads its arguments; undefined after noting what is wrong with them.
   * @param alsoKnown names that may stand beside them
   */
  prepare(
    place: JsonPlace,
    setup: MachineSetup,
    kind: MachineKind,
    alsoKnown?: readonly string[],
  ): PreparedOperation | undefined;
}

interface Definition<Set extends Parameters> extends Omit<Operation, 'refusal' | 'prepare'> {
  readonly parameters: Set;
  readonly refusal?: (kind: MachineKind) => string | null;
  /** A sentence about arguments that do not go together, and the name of the one to blame. */
  readonly conflict?: (
    args: ArgumentsOf<Set>,
    setup: MachineSetup,
    kind: MachineKind,
  ) => { name: keyof Set & string; message: string } | null;
  readonly run: (task: Task, args: ArgumentsOf<Set>, machine: Machine) => Steps<string>;
}

/** Names that a step of a scenario may have beside its operation's parameters. */
export const stepNames: readonly string[] = ['do', 'yields', 'inject', 'note'];

/** An operation from its definition: parameters are read and checked before anything runs. */
export function defineOperation<Set extends Parameters>(definition: Definition<Set>): Operation {
  const { parameters, conflict, run } = definition;
  const refusal = definition.refusal ?? (() => null);
  return {
    ...definition,
    refusal,
    prepare(place, setup, kind, alsoKnown = stepNames) {
      const refused = refusal(kind);
      if (refused !== null) place.member('do').fail(refused);
      place.knowsOnly([...alsoKnown, ...Object.keys(parameters)]);
      const problemsBefore = place.problems.length;
      const args = Object.fromEntries(
        Object.entries(parameters).map(([name, parameter]) => [
          name,
          parameter.read(place.member(name), setup),
        ]),
      ) as ArgumentsOf<Set>;
      if (refused !== null || place.problems.length > problemsBefore) return undefined;
      const conflicting = conflict?.(args, setup, kind);
      if (conflicting) {
        place.member(conflicting.name).fail(conflicting.message);
        return undefined;
      }
      return { name: definition.name, run: (task) => run(task, args, task.machine) };
    },
  };
}

/** The conflict of a range that ends before it begins. */
export function rangeConflict({ start, end }: { start: number; end: number }): {
  name: 'end';
  message: string;
} | null {
  return end > start ? null : { name: 'end', message: 'the range ends before it begins' };
}
