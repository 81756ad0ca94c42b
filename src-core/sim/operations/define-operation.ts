import type { JsonPlace } from '../json-place';
import type { OperationInfo, PreparedOperation } from '../machine-plan';
import type { Steps } from '../micro-step';
import type { World } from '../world';
import type { ArgumentsOf, Parameters, Reach } from './parameter';

/** Something the kernel does to a kind of machine, as scenarios and people ask for it. */
export interface OperationOf<Setup, Kind> extends OperationInfo {
  /** Why this kernel cannot do it; `null`: it can. */
  readonly refusal: (kind: Kind) => string | null;
  /**
   * Reads its arguments; undefined after noting what is wrong with them.
   * @param alsoKnown names that may stand beside them
   */
  prepare(
    place: JsonPlace,
    setup: Setup,
    kind: Kind,
    alsoKnown?: readonly string[],
  ): PreparedOperation | undefined;
}

/** An operation as its file states it. */
export interface OperationDefinition<
  Set extends Parameters,
  Setup,
  Kind,
  Machine,
  Task,
> extends OperationInfo {
  readonly parameters: Set;
  readonly refusal?: (kind: Kind) => string | null;
  /** A sentence about arguments that do not go together, and the name of the one to blame. */
  readonly conflict?: (
    args: ArgumentsOf<Set>,
    setup: Setup,
    kind: Kind,
  ) => { name: keyof Set & string; message: string } | null;
  readonly run: (task: Task, args: ArgumentsOf<Set>, machine: Machine) => Steps<string>;
}

/** Names that a step of a scenario may have beside its operation's parameters. */
export const stepNames: readonly string[] = ['do', 'yields', 'inject', 'note'];

/**
 * How the operations of a kind of machine are defined: parameters are read and checked before
 * anything runs.
 * @param makeTask a CPU of such a machine
 * @param reachOf what its parameters may name
 */
export function operationDefiner<Setup, Kind, Machine extends World, Task>(
  makeTask: (machine: Machine, cpu: number) => Task,
  reachOf: (setup: Setup) => Reach,
) {
  return <Set extends Parameters>(
    definition: OperationDefinition<Set, Setup, Kind, Machine, Task>,
  ): OperationOf<Setup, Kind> => {
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
        const reach = reachOf(setup);
        const args = Object.fromEntries(
          Object.entries(parameters).map(([name, parameter]) => [
            name,
            parameter.read(place.member(name), reach),
          ]),
        ) as ArgumentsOf<Set>;
        if (refused !== null || place.problems.length > problemsBefore) return undefined;
        const conflicting = conflict?.(args, setup, kind);
        if (conflicting) {
          place.member(conflicting.name).fail(conflicting.message);
          return undefined;
        }
        return {
          name: definition.name,
          run: (world, cpu = 0) => {
            // A plan's operations run on the machines of that plan.
            const machine = world as Machine;
            return run(makeTask(machine, cpu), args, machine);
          },
        };
      },
    };
  };
}
