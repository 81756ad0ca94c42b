import { type ExtensionContext, window } from 'vscode';

import { AskedDocument } from './asked-document';
import { chooseAssumptions } from './commands/choose-assumptions';
import { Composer } from './commands/compose-entry';
import { decodeValue } from './commands/decode-value';
import { newDump, readAs } from './commands/read-as';
import { registerCommands } from './commands/register-commands';
import { simulateFromHere } from './commands/simulate-from-here';
import { splitCaches } from './commands/split-caches';
import { stage2Layout } from './commands/stage2-layout';
import { TraceTime } from './commands/trace-time';
import { Walker } from './commands/walk-an-address';
import { walkTwoDimensions } from './commands/walk-two-dimensions';
import { AccessAsker } from './commands/would-access-fault';
import { type CreateClient, LanguageServer } from './language-server';
import { commands, dumpLanguage, traceLanguage } from './names';
import { startSimulator } from './simulation/start-simulator';
import { startWhenNeeded } from './start-when-needed';
import { RootChoices } from './root-choices';
import { SettingChoices } from './setting-choices';
import { AssumptionsStatus } from './views/assumptions-status';
import { ComposedEntry } from './views/composed-entry';
import { DecodedValues } from './views/decoded-values';
import { DimensionsPanel } from './views/dimensions-panel';
import { LayoutDocuments } from './views/layout-documents';
import { SplitCacheDocuments } from './views/split-cache-documents';
import { PathHighlights } from './views/path-highlights';
import { showPlace } from './views/show-place';
import { TraceDocuments } from './views/trace-documents';
import { WalksView } from './views/walks-view';
import { WalkList } from './walks/walk-list';

/**
 * Builds everything a window holds: the log, the server, the model of walks, the views over it, and
 * the commands. What is registered is disposed with `context`.
 */
export function startClient(context: ExtensionContext, createClient: CreateClient): void {
  const log = window.createOutputChannel('Pagewalk', { log: true });
  const server = new LanguageServer(createClient, log);
  const asked = new AskedDocument();
  const roots = new RootChoices(server);
  const walks = new WalkList();
  const view = new WalksView(walks);
  const highlights = new PathHighlights(walks);
  const dimensions = new DimensionsPanel(walks);
  const decoded = new DecodedValues(server);
  const composed = new ComposedEntry();
  const layouts = new LayoutDocuments(server);
  const splitCacheDocuments = new SplitCacheDocuments(server);
  const status = new AssumptionsStatus(server, roots);
  const settings = new SettingChoices(context.extension.packageJSON);
  const walker = new Walker(server, asked, roots, walks, view, settings);
  const accesses = new AccessAsker(server, walker, walks, view);
  const composer = new Composer(server, composed);
  const traceDocuments = new TraceDocuments(server, asked);
  const traceTime = new TraceTime(server, walks, view);
  const simulator = startSimulator(context, server, log);

  context.subscriptions.push(
    log,
    server,
    asked,
    roots,
    walks,
    view,
    highlights,
    dimensions,
    decoded,
    composed,
    layouts,
    splitCacheDocuments,
    traceDocuments,
    status,
    ...registerCommands(log, {
      [commands.walkAddress]: (given) => walker.walk(given),
      [commands.walkTwoDimensions]: (given) =>
        walkTwoDimensions(walker, asked, roots, settings, given),
      [commands.showDimensions]: (given) => dimensions.show(given),
      [commands.walkAsOf]: (given) => traceTime.walk(given),
      [commands.tableAsOf]: (given) => traceTime.openTable(given),
      [commands.compareTables]: (given) => traceTime.compare(given),
      [commands.simulateFromHere]: (given) => simulateFromHere(server, given),
      [commands.walkAgain]: async (node) => {
        await walker.walkAgain(node);
        await accesses.askAgain(node);
      },
      [commands.decodeValue]: (value) => decodeValue(decoded, value),
      [commands.composeEntry]: (given) => composer.compose(given),
      [commands.stage2Layout]: (given) => stage2Layout(server, layouts, given),
      [commands.splitCaches]: (given) => splitCaches(server, splitCacheDocuments, given),
      [commands.wouldAccessFault]: (given) => accesses.ask(given),
      [commands.chooseAssumptions]: () => chooseAssumptions(server, asked, roots, settings),
      [commands.readAsDump]: () => readAs(dumpLanguage),
      [commands.readAsTrace]: () => readAs(traceLanguage),
      [commands.newDump]: () => newDump(),
      [commands.clearWalks]: () => walks.clear(),
      [commands.clearHighlights]: () => walks.show(null),
      [commands.removeWalk]: (node) => view.remove(node),
      [commands.copyWalk]: (node) => view.copy(node),
      [commands.copyDumpCommand]: (node) => view.copyDumpCommand(node),
      [commands.showPlace]: (target) => showPlace(target),
      [commands.restartServer]: () => server.restart(),
      [commands.showLog]: () => log.show(),
      ...simulator.handlers,
    }),
    startWhenNeeded(server),
  );
}
