import type { JsonPlace } from './json-place';
import type { Steps } from './micro-step';
import type { Parameters } from './operations/parameter';
import type { World } from './world';

/** An operation with its arguments, ready to run on the machine it was prepared for. */
export interface PreparedOperation {
  readonly name: string;
  /**
   * Its result is one clause: how it came out.
   * @param cpu who does it: 0 the CPU whose operation the script has, others what comes between
   */
  run(machine: World, cpu?: number): Steps<string>;
}

/** What a person is told of an operation. */
export interface OperationInfo {
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  readonly parameters: Parameters;
  /** The kernel's functions it follows. */
  readonly source: string;
}

/** An operation, and why this machine's kernel cannot do it (`null`: it can). */
export interface OperationOffer {
  readonly info: OperationInfo;
  readonly refusal: string | null;
}

/** A machine as a scenario states it, read and checked: it can be built any number of times. */
export interface MachinePlan {
  /** The kind of machine: `machine.mmu` of a scenario. */
  readonly mmu: string;
  /** Everything the machine can be asked to do. */
  offers(): OperationOffer[];
  /**
   * An operation with its arguments.
   * @param alsoKnown names that may stand beside its parameters
   * @returns undefined after noting what is wrong with them, or that there is no such operation
   */
  prepare(
    name: string,
    place: JsonPlace,
    alsoKnown: readonly string[],
  ): PreparedOperation | undefined;
  /** @param keepsHistory false for long runs that never go back */
  build(keepsHistory?: boolean): World | { problem: string };
}

/** A JSON schema, as far as editors use it for completion, hovers and marks. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A kind of machine: a new one is its folder and a line in `mmu-models.ts`. */
export interface MmuModel {
  /** As `machine.mmu` names it. */
  readonly mmu: string;
  /** One clause: what is simulated. */
  readonly title: string;
  /** Names at the top of a scenario beside those that every scenario has. */
  readonly topNames: readonly string[];
  /** Reads the machine of a scenario; undefined after noting what is wrong. */
  read(top: JsonPlace): MachinePlan | undefined;
  readonly operations: readonly OperationInfo[];
  /** Schemas of the members of `machine`, and of those at the top. */
  readonly machineSchema: Readonly<Record<string, JsonSchema>>;
  readonly topSchema: Readonly<Record<string, JsonSchema>>;
}

/** Finds an operation of a list; undefined after saying which there are. */
export function operationNamed<Info extends OperationInfo>(
  operations: readonly Info[],
  name: string,
  place: JsonPlace,
): Info | undefined {
  const operation = operations.find((candidate) => candidate.name === name);
  if (operation) return operation;
  const known = operations.map((candidate) => candidate.name).join(', ');
  place.member('do').fail(`there is no operation '${name}'; there are ${known}`);
  return undefined;
}
