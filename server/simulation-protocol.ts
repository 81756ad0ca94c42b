/**
 * What client and server say to each other about the simulated machine: method names and plain
 * types. This file imports nothing. A server holds one simulation; words, addresses and frames are
 * hex strings (`0x…`).
 */

/** Opens a scenario; the one before it is forgotten. */
export const simulationOpenRequest = 'pagewalk/simulation/open';
export interface SimulationOpenParams {
  /** A scenario's JSON, or what {@link simulationSaveRequest} gave. */
  readonly text: string;
}

/** Where the simulation stands; takes nothing. */
export const simulationStateRequest = 'pagewalk/simulation/state';

export const simulationMoveRequest = 'pagewalk/simulation/move';
export type SimulationMove =
  | { readonly to: 'next'; readonly count?: number }
  | { readonly to: 'down' | 'side' | 'up' | 'back' | 'restart' | 'end' | 'yield' }
  /** To the entry that this address comes to; hexadecimal, with or without `0x`. */
  | { readonly to: 'address'; readonly address: string }
  /** To so many moves, back or forward. */
  | { readonly to: 'position'; readonly position: number };

export const simulationDoRequest = 'pagewalk/simulation/do';
/**
 * Something happens now: the machine's next operation, or, while one is under way, what another CPU
 * does in between.
 */
export interface SimulationDoParams {
  /** As in a scenario's `run`: `do` and its parameters. */
  readonly operation: Readonly<Record<string, unknown>>;
}

/** Where things stand, or one sentence that says why that cannot be asked. */
export type SimulationReply =
  | { readonly state: SimulationState }
  /** `nothing`: the server holds no simulation, as after a restart. */
  | { readonly problem: string; readonly nothing?: boolean };

export interface SimulationState {
  /** Every opened scenario has its own number. */
  readonly id: number;
  readonly title: string;
  /** What a person calls the walker, such as `Iterator`. */
  readonly walkerTitle: string;
  /** What "Run to" asks for, such as `GFN`. */
  readonly goal: string;
  /** Moves made, and moves known after steps back. */
  readonly position: number;
  readonly known: number;
  /** Title of the operation under way, or of the last; `null`: none has begun. */
  readonly operation: string | null;
  /** The scenario's own words about it. */
  readonly note: string;
  readonly underWay: boolean;
  /** Operations that are still to come. */
  readonly toCome: number;
  /** The last move in words. */
  readonly move: string | null;
  /** Why nothing goes on: the kernel's BUG, or a table that nobody showed. */
  readonly stop: { readonly kind: 'bug' | 'unknown'; readonly text: string } | null;
  /** What there is to say about what was asked: why it did not come out as one may expect. */
  readonly message: string | null;
  readonly fields: readonly SimulationField[];
  readonly counters: readonly SimulationCounter[];
  readonly controls: readonly SimulationControl[];
  /** The row where the walker is, and the rows above it, from the top. */
  readonly place: string | null;
  readonly path: readonly string[];
  readonly events: number;
}

export interface SimulationField {
  readonly name: string;
  readonly value: string;
  /** Before what was last asked; `null`: the same. */
  readonly was: string | null;
  readonly rowId: string | null;
  readonly children: readonly SimulationField[];
}

export interface SimulationCounter {
  readonly name: string;
  readonly title: string;
  readonly value: number;
  readonly was: number | null;
}

export interface SimulationControl {
  /** next, down, side, up, back, runTo, runToEnd, restart, yield, play, do. */
  readonly name: string;
  readonly enabled: boolean;
  readonly reason: string | null;
}

export const simulationRowsRequest = 'pagewalk/simulation/rows';
/** Rows below one; `null`: the top rows. */
export interface SimulationRowsParams {
  readonly parent: string | null;
}
/** A row with those above it, the top first; empty: it is not there now. */
export const simulationRowRequest = 'pagewalk/simulation/row';
export interface SimulationRowParams {
  readonly id: string;
}
export interface SimulationRow {
  readonly id: string;
  readonly parent: string | null;
  /** leaf, table, empty, mmio, root …: icon and colour. */
  readonly kind: string;
  readonly label: string;
  readonly description: string;
  readonly hasChildren: boolean;
  readonly changed: boolean;
  readonly mark: 'here' | 'path' | null;
  /** The entry's value, to be copied. */
  readonly value: string | null;
  readonly actions: readonly SimulationAction[];
}

/** Something that can be done to what a row stands for. */
export interface SimulationAction {
  /** map, access, zap, write-protect, age, split, mmio, set, other. */
  readonly verb: string;
  readonly title: string;
  /** As in a scenario's `run`; what `ask` names is to be added. */
  readonly operation: Readonly<Record<string, unknown>>;
  readonly ask: readonly string[];
  /** What an input box begins with, by parameter. */
  readonly suggestions: Readonly<Record<string, string>>;
}

/** What a row says at length, Markdown; `null`: it is not there now. */
export const simulationExplainRequest = 'pagewalk/simulation/explain';
export interface SimulationExplainReply {
  readonly markdown: string | null;
}

export const simulationEventsRequest = 'pagewalk/simulation/events';
export interface SimulationEventsParams {
  /** How many of the newest are left out. */
  readonly from: number;
  readonly count: number;
}
export interface SimulationEventsReply {
  readonly total: number;
  readonly rows: readonly SimulationEvent[];
}
export interface SimulationEvent {
  readonly number: number;
  readonly move: number;
  readonly kind: string;
  readonly label: string;
  readonly description: string;
  readonly severity: 'error' | 'warning' | null;
  readonly rowId: string | null;
}

/** Everything the machine can be asked to do; takes nothing. */
export const simulationOperationsRequest = 'pagewalk/simulation/operations';
export interface SimulationOperation {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** KVM's functions it follows. */
  readonly source: string;
  /** Why this kernel cannot do it; `null`: it can. */
  readonly refusal: string | null;
  readonly parameters: readonly SimulationParameter[];
}
export interface SimulationParameter {
  readonly name: string;
  readonly kind: 'frame' | 'address' | 'word' | 'count' | 'flag' | 'choice' | 'frames';
  readonly choices: readonly string[];
  readonly meaning: string;
  readonly optional: boolean;
}

export const simulationCheckRequest = 'pagewalk/simulation/check';
/** Whether a parameter's value can be; the operation may be incomplete otherwise. */
export interface SimulationCheckParams extends SimulationDoParams {
  readonly parameter: string;
}
export interface SimulationCheckReply {
  readonly problem: string | null;
}

/** The simulation as a scenario that comes to this very place; takes nothing. */
export const simulationSaveRequest = 'pagewalk/simulation/save';
export interface SimulationSaveReply {
  /** JSON; `null`: nothing is simulated. */
  readonly text: string | null;
}

/** The machine's tables as they are now, as a dump; takes nothing. */
export const simulationDumpRequest = 'pagewalk/simulation/dump';
export type SimulationDumpReply =
  { readonly title: string; readonly text: string } | { readonly problem: string };

/** Forgets the simulation; takes nothing. */
export const simulationCloseRequest = 'pagewalk/simulation/close';

/** Takes the URI of a scenario, or nothing: the one in front. */
export const simulateScenarioCommand = 'pagewalk.simulateScenario';
