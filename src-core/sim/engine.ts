import type { MicroStep, Steps } from './micro-step';
import type { Intervention, ScenarioStep } from './scenario-steps';
import type { World } from './world';

/** An operation under way, and the other CPUs that wait for its lock. */
interface Running {
  readonly step: ScenarioStep;
  readonly moves: Steps<string>;
  readonly waiting: Steps<string>[];
  /** Interventions that waited for a first visit and had it. */
  readonly made: Set<Intervention>;
  /** Moves made so far. */
  count: number;
}

const done: MicroStep = { kind: 'done', iter: null, walker: null };

/** Runs a script of operations on a machine, move by move, with what other CPUs do in between. */
export class Engine {
  /** Which step of the script is next, or under way. */
  next = 0;
  #running: Running | null = null;

  constructor(
    readonly machine: World,
    readonly script: ScenarioStep[],
  ) {}

  /** Moves that the operation under way has made; `null`: none is under way. */
  get movesOfCurrent(): number | null {
    return this.#running?.count ?? null;
  }

  /** Forgets the operation under way: it begins anew. The machine must have been taken back. */
  restartAt(next: number): void {
    this.#running = null;
    this.next = next;
  }

  /** One move; `null`: the script is done, or the machine is stopped. */
  advance(): MicroStep | null {
    if (this.machine.stopped) return null;
    const running = this.#running ?? this.#begin();
    if (!running) return null;
    const result = running.moves.next();
    running.count++;
    const move = result.done === true ? done : result.value;
    if (result.done === true) this.machine.note('result', { text: result.value });
    this.#letOthersAct(running, move);
    if (result.done === true) {
      this.#running = null;
      this.next++;
    }
    return move;
  }

  /** What another CPU does now, while an operation is under way. */
  intervene(intervention: Intervention): void {
    if (this.#running) this.#perform(this.#running, intervention);
  }

  #begin(): Running | null {
    const step = this.script[this.next];
    if (!step) return null;
    this.machine.note('operation', { text: step.operation.name });
    this.#running = {
      step,
      moves: step.operation.run(this.machine),
      waiting: [],
      made: new Set(),
      count: 0,
    };
    return this.#running;
  }

  #letOthersAct(running: Running, move: MicroStep): void {
    for (const intervention of running.step.interventions) {
      if (isDue(intervention, running, move)) this.#perform(running, intervention);
    }
    this.#resumeWaiting(running);
  }

  /** Lets those go on who waited; one of them may free the way for another. */
  #resumeWaiting({ waiting }: Running): void {
    for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
      before = waiting.length;
      for (const other of waiting.splice(0)) this.#runOther(waiting, other);
    }
  }

  #perform(running: Running, intervention: Intervention): void {
    running.made.add(intervention);
    const { machine } = this;
    if (intervention.operation === null) {
      machine.journal.assign(machine.state, 'rescheduleDue', true);
      return;
    }
    machine.note('operation', { text: `another CPU: ${intervention.operation.name}` });
    this.#runOther(running.waiting, intervention.operation.run(machine, running.made.size));
  }

  /** Runs another CPU's operation as far as the lock lets it. */
  #runOther(waiting: Steps<string>[], moves: Steps<string>): void {
    while (!this.machine.stopped) {
      const result = moves.next();
      if (result.done === true) {
        this.machine.note('result', { text: `another CPU: ${result.value}` });
        return;
      }
      if (result.value.kind === 'waiting') {
        waiting.push(moves);
        return;
      }
    }
  }
}

function isDue(intervention: Intervention, running: Running, move: MicroStep): boolean {
  const { moment } = intervention;
  if ('after' in moment) return moment.after === running.count;
  const place = move.iter ?? move.walker;
  if (move.kind !== 'visit' || !place || running.made.has(intervention)) return false;
  return place.gfn === moment.visit && (moment.level === null || place.level === moment.level);
}
