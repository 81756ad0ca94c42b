import {
  CancellationTokenSource,
  type Disposable,
  EventEmitter,
  type LogOutputChannel,
  type Memento,
} from 'vscode';

import type {
  SimulationMove,
  SimulationReply,
  SimulationState,
} from '../../server/simulation-protocol';
import { setContext } from '../set-context';
import { type ControlName, controlCommands, simulationKeys } from './names';
import type { SimulationServer } from './simulation-server';

const keptKey = 'pagewalk.simulation';
/** A window keeps no more than this of a simulation: one from a large dump is opened again by hand. */
const mostKept = 4_000_000;
/** Keeping waits until nothing moved for so long, in milliseconds. */
const keepAfter = 100;

/**
 * The simulated machine of this window, as the server told last. What is asked is asked one after
 * the other. It outlives a reload of the window and a restart of the server.
 */
export class SimulatedMachine implements Disposable {
  #state: SimulationState | null = null;
  /** What opens to this simulation: as it was opened, or as it was kept last. */
  #text: string | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #moving: CancellationTokenSource | null = null;
  #keeping: ReturnType<typeof setTimeout> | undefined;
  #restored: Promise<void> | undefined;
  readonly #changes = new EventEmitter<void>();
  readonly onDidChange = this.#changes.event;
  readonly #watch: Disposable;

  constructor(
    readonly server: SimulationServer,
    private readonly kept: Memento,
    private readonly log: LogOutputChannel,
  ) {
    this.#showState();
    this.#watch = server.onDidStart(() => {
      this.#reopen().catch((error: unknown) => this.log.error(String(error)));
    });
  }

  /** Where the simulation stands; `null`: nothing is simulated. */
  get state(): SimulationState | null {
    return this.#state;
  }

  /** Takes up what the window kept, the first time it is asked for. */
  restore(): Promise<void> {
    this.#restored ??= this.#inTurn(async () => {
      const text = this.kept.get<string>(keptKey);
      if (text === undefined || this.#state) return;
      const reply = await this.server.open(text);
      this.#text = text;
      if ('state' in reply) this.#set(reply.state);
      else this.log.warn(`The simulation that was kept cannot be opened: ${reply.problem}`);
    });
    return this.#restored;
  }

  /** Simulates a scenario in place of what was simulated before. @returns what is wrong with it */
  open(text: string): Promise<string | null> {
    this.cancel();
    return this.#inTurn(async () => {
      const reply = await this.server.open(text);
      if ('state' in reply) this.#text = text;
      return this.#take(reply);
    });
  }

  /** Makes moves. @returns why not; what became of them is in the state's message */
  move(move: SimulationMove): Promise<string | null> {
    return this.#inTurn(async () => {
      const source = new CancellationTokenSource();
      this.#moving = source;
      try {
        return await this.#ask(() => this.server.move(move, source.token));
      } catch (error) {
        if (!source.token.isCancellationRequested) throw error;
        return this.#take(await this.server.state());
      } finally {
        this.#moving = null;
        source.dispose();
      }
    });
  }

  /** Lets an operation begin, or another CPU act in the middle of one. @returns what is wrong with it */
  do(operation: Readonly<Record<string, unknown>>): Promise<string | null> {
    return this.#inTurn(() => this.#ask(() => this.server.do({ operation })));
  }

  /** Moves that are being made end where they are. */
  cancel(): void {
    this.#moving?.cancel();
  }

  async close(): Promise<void> {
    this.cancel();
    await this.#inTurn(async () => {
      await this.server.close();
      this.#set(null);
    });
  }

  /** Why a control cannot be used now; `null`: it can. */
  reasonAgainst(control: ControlName): string | null {
    if (!this.#state) return 'nothing is simulated';
    return this.#state.controls.find(({ name }) => name === control)?.reason ?? null;
  }

  dispose(): void {
    clearTimeout(this.#keeping);
    this.cancel();
    this.#watch.dispose();
    this.#changes.dispose();
  }

  /** What was simulated goes on in a server that was started anew. */
  async #reopen(): Promise<void> {
    if (this.#state) await this.#inTurn(() => this.#ask(() => this.server.state()));
  }

  /** Asks; a server that was started anew is told first what was simulated, and how far. */
  async #ask(request: () => Promise<SimulationReply>): Promise<string | null> {
    const reply = await request();
    if (!('nothing' in reply) || !this.#state || this.#text === null) return this.#take(reply);
    const { position } = this.#state;
    const again = await this.server.open(this.#text);
    if ('problem' in again) return this.#take(again);
    const source = new CancellationTokenSource();
    await this.server.move({ to: 'position', position }, source.token);
    source.dispose();
    return this.#take(await request());
  }

  #take(reply: SimulationReply): string | null {
    if ('state' in reply) {
      this.#set(reply.state);
      return null;
    }
    if (reply.nothing) this.#set(null);
    return reply.problem;
  }

  #set(state: SimulationState | null): void {
    this.#state = state;
    this.#showState();
    this.#changes.fire();
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => {
      this.#keep().catch((error: unknown) => this.log.error(String(error)));
    }, keepAfter);
  }

  async #keep(): Promise<void> {
    const text = this.#state ? await this.server.save() : null;
    // A server that was just started anew has nothing to save: what is known stays.
    if (text === null && this.#state) return;
    this.#text = text;
    const fits = text !== null && text.length <= mostKept;
    await this.kept.update(keptKey, fits ? text : undefined);
  }

  #showState(): void {
    setContext(simulationKeys.simulating, this.#state !== null);
    for (const control of Object.keys(controlCommands) as ControlName[]) {
      setContext(simulationKeys.can(control), this.reasonAgainst(control) === null);
    }
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
