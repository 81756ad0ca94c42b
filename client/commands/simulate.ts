import { env, type Uri, window } from 'vscode';

import type { SimulationMove, SimulationState } from '../../server/simulation-protocol';
import { pickScenario } from '../scenarios/pick-scenario';
import { openScenarioDocument } from '../scenarios/scenario-document';
import {
  type ControlName,
  controlCommands,
  panelCommands,
  rowCommands,
  type SimulationCommandId,
} from '../simulation/names';
import { type Player, speeds } from '../simulation/player';
import type { SimulatedMachine } from '../simulation/simulated-machine';
import type { SimulatedDumps } from '../views/simulated-dumps';
import type { SimulationEvents } from '../views/simulation-events';
import type { SimulationTables } from '../views/simulation-tables';
import { askInput } from './ask-input';
import { OperationAsker } from './ask-operation';
import { newMachine, scenarioText } from './open-scenario';
import type { CommandHandler } from './register-commands';

type Answer = Promise<SimulationState | null>;

const titles: Readonly<Record<ControlName, string>> = {
  next: 'Next',
  down: 'Down',
  side: 'Side',
  up: 'Up',
  back: 'Back',
  runTo: 'Run to',
  runToEnd: 'Run to End',
  restart: 'Restart',
  yield: 'Yield',
  play: 'Play',
  do: 'Run an Operation',
};

/** What a person does with the simulated machine. Commands answer with where it stands then. */
export class Simulator {
  readonly #asker: OperationAsker;

  constructor(
    private readonly machine: SimulatedMachine,
    private readonly tables: SimulationTables,
    private readonly events: SimulationEvents,
    private readonly player: Player,
    private readonly dumps: SimulatedDumps,
    private readonly extension: Uri,
  ) {
    this.#asker = new OperationAsker(machine.server);
  }

  readonly handlers: Readonly<Record<SimulationCommandId, CommandHandler>> = {
    ...this.#controls(),
    ...this.#rowActions(),
    [panelCommands.simulateScenario]: (given) => this.#simulate(given),
    [panelCommands.openScenario]: async (name) => {
      const document = await pickScenario(
        this.extension,
        typeof name === 'string' ? name : undefined,
      );
      return document && this.#simulate(document.uri);
    },
    [panelCommands.newMachine]: async () => {
      if (await newMachine((text) => this.#open(text))) await this.tables.show();
      return this.machine.state;
    },
    [panelCommands.saveScenario]: () => this.#save(),
    [panelCommands.simulatedDump]: () => this.#openDump(),
    [panelCommands.closeSimulation]: () => this.machine.close(),
    [panelCommands.simulatePause]: () => this.player.pause(),
    [panelCommands.simulateSpeed]: () => this.#chooseSpeed(),
    [panelCommands.simulateKey]: (control) => this.#control(control as ControlName),
    [panelCommands.simulateHere]: (given) => this.#actHere(given),
    [panelCommands.followWalker]: () => this.tables.follow(true),
    [panelCommands.unfollowWalker]: () => this.tables.follow(false),
    [panelCommands.showSimulatedRow]: (id) => this.#show(id),
    [panelCommands.copySimulatedEntry]: async (given) => {
      const value = this.tables.meant(given)?.value;
      if (value) await env.clipboard.writeText(value);
    },
    [panelCommands.moreSimulatedEvents]: () => this.events.showMore(),
  };

  #controls(): Record<(typeof controlCommands)[ControlName], CommandHandler> {
    return handlersOf(controlCommands, (control) => () => this.#control(control));
  }

  #rowActions(): Record<(typeof rowCommands)[keyof typeof rowCommands], CommandHandler> {
    return handlersOf(rowCommands, (verb) => (given) => this.#act(verb, given));
  }

  /** Uses a control, or says why it cannot be used now. */
  async #control(control: ControlName): Answer {
    await this.machine.restore();
    if (this.player.playing) {
      this.player.pause();
      if (control === 'play') return this.machine.state;
    }
    const reason = this.machine.reasonAgainst(control);
    if (reason === null) await this.#use(control);
    else this.#say(`${titles[control]}: ${reason}.`);
    return this.machine.state;
  }

  async #use(control: ControlName): Promise<void> {
    switch (control) {
      case 'play':
        // It goes on until it is paused: nobody waits for that.
        this.player.play().catch((error: unknown) => this.#say(String(error)));
        return;
      case 'do':
        return this.#run(await this.#asker.ask());
      case 'runTo':
        return this.#runTo();
      case 'runToEnd':
        return this.#move({ to: 'end' });
      default:
        return this.#move({ to: control });
    }
  }

  async #move(move: SimulationMove): Promise<void> {
    const isLong = !['next', 'back', 'yield', 'restart'].includes(move.to);
    const make = (): Promise<string | null> => this.machine.move(move);
    const problem = await (isLong ? this.player.run(make) : make());
    if (problem !== null) this.#say(problem);
  }

  async #runTo(): Promise<void> {
    const { goal } = this.machine.state!;
    const address = await askInput({
      title: `Run to ${goal}`,
      prompt: `Until the walk comes to the entry of this ${goal}, hexadecimal`,
      placeholder: '0x1fe',
      value: '',
      check: (text) =>
        /^(0x)?[0-9a-f]+$/i.test(text.trim())
          ? { note: '' }
          : { problem: 'A hexadecimal number is expected.' },
      accept: (text) => Promise.resolve({ answer: text }),
    });
    if (address !== undefined) await this.#move({ to: 'address', address });
  }

  async #run(operation: Readonly<Record<string, unknown>> | undefined): Promise<void> {
    if (!operation) return;
    const problem = await this.machine.do(operation);
    if (problem !== null) this.#say(problem);
  }

  async #act(verb: string, given: unknown): Answer {
    const row = this.tables.meant(given);
    const action = row?.actions.find((candidate) => candidate.verb === verb);
    if (action) await this.#run(await this.#asker.complete(action));
    else this.#say(row ? 'This cannot be done to that row.' : 'Choose a row of the tables first.');
    return this.machine.state;
  }

  /** Everything that can be done to a row, to choose from. */
  async #actHere(given: unknown): Answer {
    const row = this.tables.meant(given);
    const items = (row?.actions ?? []).map((action) => ({
      label: action.title,
      description: String(action.operation['do']),
      action,
    }));
    if (items.length === 0) this.#say('Choose a row of the tables that stands for an entry first.');
    const chosen =
      items.length === 0 ? undefined : await window.showQuickPick(items, { title: row!.label });
    if (chosen) await this.#run(await this.#asker.complete(chosen.action));
    return this.machine.state;
  }

  async #simulate(given: unknown): Answer {
    const text = await scenarioText(given);
    if (text === undefined) {
      void window.showInformationMessage('Pagewalk: open a scenario (*.pagewalk.json) first.');
      return null;
    }
    const problem = await this.#open(text);
    if (problem !== null) {
      void window.showWarningMessage(`Pagewalk: this scenario cannot be simulated. ${problem}`);
      return null;
    }
    await this.tables.show();
    return this.machine.state;
  }

  #open(text: string): Promise<string | null> {
    this.player.pause();
    return this.machine.open(text);
  }

  /** The session as a scenario that comes to this very place, in a new document. */
  async #save(): Promise<void> {
    const text = await this.machine.server.save();
    if (text === null) {
      this.#say('Nothing is simulated.');
      return;
    }
    const { title } = this.machine.state ?? { title: '' };
    await openScenarioDocument(
      title || 'simulation',
      `${JSON.stringify(JSON.parse(text), null, 2)}\n`,
    );
  }

  async #openDump(): Promise<void> {
    const reply = await this.machine.server.dump();
    if ('problem' in reply) this.#say(reply.problem);
    else await this.dumps.show(reply.title, reply.text);
  }

  async #chooseSpeed(): Promise<void> {
    const items = speeds.map((speed) => ({
      label: speed === 1 ? '1 move a second' : `${speed} moves a second`,
      picked: speed === this.player.speed,
      description: speed === this.player.speed ? 'now' : '',
      speed,
    }));
    const chosen = await window.showQuickPick(items, { title: 'Speed of Play' });
    if (chosen) await this.player.setSpeed(chosen.speed);
  }

  async #show(id: unknown): Promise<void> {
    if (typeof id === 'string') await this.tables.reveal(id);
  }

  /** Said in the view, and in the status bar for those who do not look at it. */
  #say(text: string): void {
    this.tables.say(text);
    window.setStatusBarMessage(`Pagewalk: ${text}`, 5000);
  }
}

/** A handler for each of a list of commands. */
function handlersOf<Name extends string, Id extends string>(
  ids: Readonly<Record<Name, Id>>,
  make: (name: Name) => CommandHandler,
): Record<Id, CommandHandler> {
  const names = Object.keys(ids) as Name[];
  return Object.fromEntries(names.map((name) => [ids[name], make(name)])) as Record<
    Id,
    CommandHandler
  >;
}
