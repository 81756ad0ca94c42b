import type { ExtensionContext, LogOutputChannel } from 'vscode';

import { Simulator } from '../commands/simulate';
import type { LanguageServer } from '../language-server';
import { scenarioLens } from '../views/scenario-lens';
import { SimulatedDumps } from '../views/simulated-dumps';
import { SimulationEvents } from '../views/simulation-events';
import { SimulationTables } from '../views/simulation-tables';
import { SimulationWalker } from '../views/simulation-walker';
import { Player } from './player';
import { SimulatedMachine } from './simulated-machine';
import { SimulationServer } from './simulation-server';

/** Builds the simulator's panel; what is registered is disposed with `context`. */
export function startSimulator(
  context: ExtensionContext,
  server: LanguageServer,
  log: LogOutputChannel,
): Simulator {
  const { workspaceState, extensionUri } = context;
  const machine = new SimulatedMachine(new SimulationServer(server), workspaceState, log);
  const tables = new SimulationTables(machine, workspaceState);
  const walker = new SimulationWalker(machine);
  const events = new SimulationEvents(machine);
  const player = new Player(machine, workspaceState);
  const dumps = new SimulatedDumps();
  context.subscriptions.push(dumps, player, tables, walker, events, machine, scenarioLens());
  return new Simulator(machine, tables, events, player, dumps, extensionUri);
}
