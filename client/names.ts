import {
  chooseAssumptionsCommand,
  copyDumpCommand,
  showPlaceCommand,
  tableAsOfCommand,
  walkAsOfCommand,
  walkCommand,
} from '../server/protocol';
import { simulationCommands } from './simulation/names';

/** Names the manifest and the code share; a test holds them equal to package.json. */

export const dumpLanguage = 'pagewalk-dump';
export const traceLanguage = 'pagewalk-trace';
export const ownLanguages: readonly string[] = [dumpLanguage, traceLanguage];

export const walksViewId = 'pagewalk.walks';
export const settingsSection = 'pagewalk';
export const hoverAnywhereSetting = 'hover.anywhere';

export const commands = {
  walkAddress: walkCommand,
  walkAsOf: walkAsOfCommand,
  walkTwoDimensions: 'pagewalk.walkTwoDimensions',
  showDimensions: 'pagewalk.showDimensions',
  tableAsOf: tableAsOfCommand,
  compareTables: 'pagewalk.compareTables',
  simulateFromHere: 'pagewalk.simulateFromHere',
  decodeValue: 'pagewalk.decodeValue',
  composeEntry: 'pagewalk.composeEntry',
  stage2Layout: 'pagewalk.stage2Layout',
  splitCaches: 'pagewalk.splitCaches',
  wouldAccessFault: 'pagewalk.wouldAccessFault',
  chooseAssumptions: chooseAssumptionsCommand,
  readAsDump: 'pagewalk.readAsDump',
  readAsTrace: 'pagewalk.readAsTrace',
  newDump: 'pagewalk.newDump',
  clearWalks: 'pagewalk.clearWalks',
  clearHighlights: 'pagewalk.clearHighlights',
  walkAgain: 'pagewalk.walkAgain',
  removeWalk: 'pagewalk.removeWalk',
  copyWalk: 'pagewalk.copyWalk',
  copyDumpCommand,
  showPlace: showPlaceCommand,
  restartServer: 'pagewalk.restartServer',
  showLog: 'pagewalk.showLog',
  ...simulationCommands,
} as const;

/** Commands that links in hovers may run: they take plain data and change nothing. */
export const linkableCommands: readonly string[] = [
  commands.walkAddress,
  commands.walkAsOf,
  commands.tableAsOf,
  commands.showPlace,
  commands.chooseAssumptions,
];

/** Context keys for `when` clauses. */
export const contextKeys = {
  /** A dump is open in a visible editor. */
  dumpVisible: 'pagewalk.dumpVisible',
  traceVisible: 'pagewalk.traceVisible',
  hasWalks: 'pagewalk.hasWalks',
  hasHighlights: 'pagewalk.hasHighlights',
  /** The walk that is shown went through two dimensions. */
  showsNested: 'pagewalk.showsNested',
} as const;
