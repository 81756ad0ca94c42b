import { Engine } from './engine';
import { jsonTop, type JsonProblem } from './json-place';
import type { Scenario } from './scenario';
import { type Intervention, readOperation, readStep, type ScenarioStep } from './scenario-steps';
import { StepLog, type StepMark, type StepRecord } from './step-log';
import type { World } from './world';

/** What went wrong with something a person asked for. */
export interface Refusal {
  readonly problems: readonly JsonProblem[];
}

/**
 * A machine under way that goes back as well as forward. Moves that were made are undone and done
 * again by the journal. What an operation itself remembers cannot be taken back: after a change in
 * its middle it is run again from its beginning, which always comes out the same.
 */
export class Session<Machine extends World = World> {
  readonly machine: Machine;
  readonly #engine: Engine;
  readonly #steps = new StepLog();
  readonly #start: StepMark;
  /** Moves that had been made when each step of the script began. */
  readonly #begun: number[] = [];
  /** Moves that count now; the log knows more after steps back. */
  #position = 0;

  private constructor(
    readonly scenario: Scenario,
    machine: Machine,
  ) {
    this.machine = machine;
    this.#engine = new Engine(
      machine,
      scenario.steps.map((step) => ({ ...step, interventions: [...step.interventions] })),
    );
    this.#start = this.#mark();
    this.goTo(scenario.at);
  }

  static open(scenario: Scenario): Session | { problem: string } {
    const machine = scenario.plan.build();
    return 'problem' in machine ? machine : Session.on(scenario, machine);
  }

  /** A session on a machine that was just built from the scenario's plan. */
  static on<Machine extends World>(scenario: Scenario, machine: Machine): Session<Machine> {
    return new Session(scenario, machine);
  }

  /** Moves made. */
  get position(): number {
    return this.#position;
  }

  /** Moves known, made and taken back. */
  get known(): number {
    return this.#steps.length;
  }

  get script(): readonly ScenarioStep[] {
    return this.#engine.script;
  }

  /** Which step of the script is under way or was last; `null`: none has begun. */
  get currentStep(): number | null {
    const step = this.#begun.findLastIndex((moves) => moves < this.#position);
    return step < 0 ? null : step;
  }

  /** Moves that had been made when that step began; `null`: none has begun. */
  get currentBegan(): number | null {
    return this.currentStep === null ? null : this.#begun[this.currentStep]!;
  }

  /** Whether an operation is in its middle. */
  get underWay(): boolean {
    return this.#position > 0 && this.last?.kind !== 'done';
  }

  /** The last move; `null` before the first. */
  get last(): StepRecord | null {
    return this.record(this.#position) ?? null;
  }

  /** A move that was made, from 1. */
  record(move: number): StepRecord | undefined {
    return move >= 1 && move <= this.#position ? this.#steps.at(move - 1) : undefined;
  }

  /** How many events there were once so many moves were made; `move` is at most {@link known}. */
  eventsAfter(move: number): number {
    return (move === 0 ? this.#start : this.#steps.mark(move - 1)).events;
  }

  /** One move forward; false: the script is done, or the machine is stopped. */
  forward(): boolean {
    if (this.#position === this.#steps.length) return this.#advance();
    this.#moveTo(this.#position + 1);
    return true;
  }

  /** One move back; false at the beginning. */
  back(): boolean {
    if (this.#position === 0) return false;
    this.#moveTo(this.#position - 1);
    return true;
  }

  /** To that number of moves, or as far as they go. */
  goTo(position: number): void {
    this.#moveTo(Math.max(0, Math.min(position, this.#steps.length)));
    while (this.#position < position && this.forward());
  }

  runToEnd(): void {
    while (this.forward());
  }

  /** Forward until a move is of interest; false: none was. */
  runUntil(isWanted: (record: StepRecord) => boolean): boolean {
    while (this.forward()) if (isWanted(this.last!)) return true;
    return false;
  }

  /**
   * Adds an operation after the one that was last; it begins with the next move.
   * @param json as in a scenario's `run`
   */
  add(json: unknown): Refusal | null {
    const place = jsonTop(json);
    if (this.underWay) place.fail('another operation is under way');
    const step = readStep(place, this.scenario.plan);
    if (!step || place.problems.length > 0) return { problems: place.problems };
    this.#dropFuture();
    this.#engine.script.splice(this.#engine.next, 0, step);
    return null;
  }

  /**
   * Another CPU does something now, in the middle of an operation.
   * @param json an operation as in a scenario's `inject`, without its moment; `null`: somebody wants the CPU
   */
  intervene(json: unknown): Refusal | null {
    const place = jsonTop(json);
    if (!this.underWay) place.fail('no operation is under way');
    if (this.machine.stopped) place.fail('the simulation has stopped: step back first');
    const operation = json === null ? null : readOperation(place, this.scenario.plan);
    if (operation === undefined || place.problems.length > 0) return { problems: place.problems };
    this.#dropFuture();
    const after = this.#engine.movesOfCurrent!;
    const written = json === null ? { after } : { after, ...(json as object) };
    const intervention = { moment: { after }, operation, json: written };
    this.#interventions(this.#engine.next).push(intervention);
    this.#engine.intervene(intervention);
    this.#steps.remark(this.#position - 1, this.#mark());
    return null;
  }

  /** A scenario that comes to this very place: what a window keeps over a reload. */
  save(): Record<string, unknown> {
    const run = this.script.map(({ json, interventions }) => ({
      ...json,
      yields: interventions.filter((each) => each.operation === null).map((each) => each.json),
      inject: interventions.filter((each) => each.operation !== null).map((each) => each.json),
    }));
    return { ...this.scenario.json, run, at: this.#position };
  }

  #interventions(step: number): Intervention[] {
    return this.script[step]!.interventions as Intervention[];
  }

  #advance(): boolean {
    const { next, movesOfCurrent } = this.#engine;
    const move = this.#engine.advance();
    if (!move) return false;
    if (movesOfCurrent === null) this.#begun[next] = this.#position;
    this.#steps.add(move, this.#mark());
    this.#position++;
    return true;
  }

  /** Forgets moves that were taken back; the operation in whose middle we are is brought here again. */
  #dropFuture(): void {
    const position = this.#position;
    if (position === this.#steps.length) return;
    const step = this.currentStep;
    const again = step !== null && this.underWay;
    const from = again ? this.#begun[step]! : position;
    this.#moveTo(from);
    this.#steps.cut(from);
    this.#begun.splice(again ? step : (step ?? -1) + 1);
    this.#engine.restartAt(this.#begun.length);
    while (this.#position < position && this.#advance());
  }

  #moveTo(position: number): void {
    const mark = position === 0 ? this.#start : this.#steps.mark(position - 1);
    this.machine.journal.moveTo(mark);
    this.machine.events.moveTo(mark.events);
    this.#position = position;
  }

  #mark(): StepMark {
    return { ...this.machine.journal.mark(), events: this.machine.events.length };
  }
}
