import { simulateScenarioCommand } from '../../server/simulation-protocol';

/** Names of the simulator's panel that the manifest and the code share. */

export const tablesViewId = 'pagewalk.simulation.tables';
export const walkerViewId = 'pagewalk.simulation.walker';
export const eventsViewId = 'pagewalk.simulation.events';

/** Controls: each is a command, and a name in the server's list of what can be done now. */
export const controlCommands = {
  next: 'pagewalk.simulateNext',
  down: 'pagewalk.simulateDown',
  side: 'pagewalk.simulateSide',
  up: 'pagewalk.simulateUp',
  back: 'pagewalk.simulateBack',
  runTo: 'pagewalk.simulateRunTo',
  runToEnd: 'pagewalk.simulateRunToEnd',
  restart: 'pagewalk.simulateRestart',
  yield: 'pagewalk.simulateYield',
  play: 'pagewalk.simulatePlay',
  do: 'pagewalk.simulateOperation',
} as const;

export type ControlName = keyof typeof controlCommands;

/** What menus of the tree do to a row, by the verb of the row's action. */
export const rowCommands = {
  map: 'pagewalk.simulateMap',
  access: 'pagewalk.simulateAccess',
  zap: 'pagewalk.simulateZap',
  'write-protect': 'pagewalk.simulateWriteProtect',
  age: 'pagewalk.simulateAge',
  split: 'pagewalk.simulateSplit',
  mmio: 'pagewalk.simulateMmio',
  set: 'pagewalk.simulateSet',
} as const;

const otherCommands = {
  simulateScenario: simulateScenarioCommand,
  openScenario: 'pagewalk.openScenario',
  newMachine: 'pagewalk.newMachine',
  saveScenario: 'pagewalk.saveScenario',
  simulatedDump: 'pagewalk.simulatedDump',
  closeSimulation: 'pagewalk.closeSimulation',
  simulatePause: 'pagewalk.simulatePause',
  simulateSpeed: 'pagewalk.simulateSpeed',
  /** Of the keys: takes a control's name, and says why it cannot be done where it cannot. */
  simulateKey: 'pagewalk.simulateKey',
  simulateHere: 'pagewalk.simulateHere',
  followWalker: 'pagewalk.followWalker',
  unfollowWalker: 'pagewalk.unfollowWalker',
  showSimulatedRow: 'pagewalk.showSimulatedRow',
  copySimulatedEntry: 'pagewalk.copySimulatedEntry',
  moreSimulatedEvents: 'pagewalk.moreSimulatedEvents',
} as const;

type Ids<List extends Readonly<Record<string, string>>> = { readonly [Id in List[keyof List]]: Id };

/** Every command of the panel, by its id. */
export const simulationCommands = Object.fromEntries(
  [
    ...Object.values(controlCommands),
    ...Object.values(rowCommands),
    ...Object.values(otherCommands),
  ].map((id) => [id, id]),
) as Ids<typeof controlCommands> & Ids<typeof rowCommands> & Ids<typeof otherCommands>;

export type SimulationCommandId = keyof typeof simulationCommands;

export const panelCommands = otherCommands;

/** Context keys for `when` clauses. */
export const simulationKeys = {
  /** A machine is simulated. */
  simulating: 'pagewalk.simulating',
  /** Moves are being made by themselves. */
  playing: 'pagewalk.simulationPlays',
  /** The tree goes where the walker is. */
  follows: 'pagewalk.simulationFollows',
  can: (control: ControlName): string => `pagewalk.simulationCan.${control}`,
} as const;
