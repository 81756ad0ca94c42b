import {
  jsonTop,
  Machine,
  machineDump,
  type MachineView,
  type Scenario,
  Session,
  stepNames,
  viewOf,
} from '../../src-core/index';
import { readScenarioText } from '../scenario/scenario-text';
import type {
  SimulationCheckParams,
  SimulationDumpReply,
  SimulationEventsReply,
  SimulationMove,
  SimulationOperation,
  SimulationRow,
  SimulationState,
} from '../simulation-protocol';
import { explainRow } from './explain-row';
import { makeMoves, type Moves, problemText, sentence } from './moves';
import { operationOf, rowOf, stateOf } from './wire';

/** Controls that moves belong to; the others are always theirs to try. */
const controlOfMove: Readonly<Record<SimulationMove['to'], string | null>> = {
  next: 'next',
  down: 'down',
  side: 'side',
  up: 'up',
  back: 'back',
  restart: 'restart',
  end: 'runToEnd',
  yield: 'yield',
  address: 'runTo',
  position: null,
};

let opened = 0;

/** A scenario that a client steps through. */
export class Simulation {
  readonly #id = ++opened;
  #message: string | null = null;

  private constructor(
    private readonly scenario: Scenario,
    private readonly session: Session,
    private readonly view: MachineView,
  ) {}

  /** @returns one sentence, for text that is no scenario: the first problem, and how many more */
  static open(text: string): Simulation | { readonly problem: string } {
    const { scenario, problems } = readScenarioText(text);
    if (!scenario) {
      const [first] = problems;
      const line = text.slice(0, first?.start ?? 0).split('\n').length;
      const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
      return { problem: sentence(`line ${line}: ${first?.message ?? 'no scenario'}${more}`) };
    }
    const session = Session.open(scenario);
    if ('problem' in session) return { problem: sentence(session.problem) };
    const view = viewOf(session);
    if (!view) return { problem: `No view shows machines of kind '${scenario.plan.mmu}'.` };
    view.remember();
    return new Simulation(scenario, session, view);
  }

  state(): SimulationState {
    const { title } = this.scenario;
    return { id: this.#id, title, message: this.#message, ...stateOf(this.view) };
  }

  /** Makes moves, a yield after each; a move that cannot be says why in the state's message. */
  *move(move: SimulationMove): Generator<void, void> {
    const name = controlOfMove[move.to];
    const control = this.view.controls().find((candidate) => candidate.name === name);
    if (control?.enabled === false) {
      this.#message = sentence(control.reason ?? 'this cannot be done now');
      return;
    }
    this.view.remember();
    this.#message = null;
    this.#message = yield* this.#moves(move);
  }

  /** The next operation begins, or another CPU does something now. @returns what is wrong with it */
  perform(operation: Readonly<Record<string, unknown>>): string | null {
    const { session, view } = this;
    view.remember();
    const isIntervention = session.underWay;
    const problem = problemText(
      isIntervention ? session.intervene(operation) : session.add(operation),
    );
    if (problem !== null) return problem;
    if (!isIntervention) session.forward();
    this.#message = null;
    return null;
  }

  rows(parent: string | null): SimulationRow[] {
    const rows = parent === null ? this.view.roots() : this.view.children(parent);
    return rows.map((row) => rowOf(row, parent));
  }

  /** A row with those above it, the top first; empty: it is not there now. */
  rowWithParents(id: string): SimulationRow[] {
    const rows: SimulationRow[] = [];
    for (let at: string | null = id; at !== null;) {
      const row = this.view.row(at);
      if (!row) return [];
      const parent = this.view.parentOf(at);
      rows.unshift(rowOf(row, parent));
      at = parent;
    }
    return rows;
  }

  explain(id: string): string | null {
    const explanation = this.view.explain(id);
    return explanation && explainRow(explanation);
  }

  events(from: number, count: number): SimulationEventsReply {
    return this.view.events(from, count);
  }

  operations(): SimulationOperation[] {
    return this.scenario.plan.offers().map(operationOf);
  }

  /** What is wrong with one parameter of an operation that need not be complete yet. */
  check({ operation, parameter }: SimulationCheckParams): string | null {
    const place = jsonTop(operation);
    this.scenario.plan.prepare(String(operation['do']), place, stepNames);
    const found = place.problems.find(({ pointer }) => pointer === `/${parameter}`);
    return found ? sentence(found.message) : null;
  }

  save(): string {
    return JSON.stringify(this.session.save());
  }

  dump(): SimulationDumpReply {
    const { machine, position } = this.session;
    if (!(machine instanceof Machine)) {
      return { problem: 'Only the tables of the TDP MMU are written as a dump.' };
    }
    const title = this.scenario.title || 'simulation';
    const dump = machineDump(machine, `${title}: the simulated machine after move ${position}.`);
    return 'problem' in dump ? dump : { title: `${title} after move ${position}`, text: dump.text };
  }

  *#moves(move: SimulationMove): Moves {
    return yield* makeMoves(this.session, this.view, move);
  }
}
