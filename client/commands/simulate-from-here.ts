import { commands, ProgressLocation, Uri, window, workspace } from 'vscode';

import type { ScenarioFromParams } from '../../server/protocol';
import { simulateScenarioCommand } from '../../server/simulation-protocol';
import { isOwn } from '../languages';
import type { LanguageServer } from '../language-server';
import { traceLanguage } from '../names';
import { openScenarioDocument } from '../scenarios/scenario-document';
import { fileName } from '../views/trace-documents';

/**
 * "Simulate from Here": the tables of the dump in front, or KVM's just after the cursor's line of the
 * trace in front, as the beginning of a scenario, which is opened and started.
 * @param given what links and tests say beforehand: `{ uri, line }`
 * @returns the scenario's URI; undefined: no dump or trace is in front
 */
export async function simulateFromHere(
  server: LanguageServer,
  given: unknown,
): Promise<string | undefined> {
  const from = asGiven(given) ?? ofEditor();
  if (!from) return undefined;
  // The server knows open files alone.
  await workspace.openTextDocument(Uri.parse(from.uri, true));
  const response = await window.withProgress(
    { location: ProgressLocation.Window, title: 'Pagewalk: reading the tables' },
    (_, token) => server.scenarioFrom(from, token),
  );
  if ('problem' in response) throw new Error(response.problem);
  const where = from.line === undefined ? '' : ` line ${String(from.line + 1)}`;
  const document = await openScenarioDocument(`${fileName(from.uri)}${where}`, response.text);
  await commands.executeCommand(simulateScenarioCommand, document.uri.toString());
  return document.uri.toString();
}

function ofEditor(): ScenarioFromParams | undefined {
  const editor = window.activeTextEditor;
  if (!editor || !isOwn(editor.document)) {
    void window.showInformationMessage('Pagewalk: open a dump or a trace first.');
    return undefined;
  }
  const uri = editor.document.uri.toString();
  const isTrace = editor.document.languageId === traceLanguage;
  return isTrace ? { uri, line: editor.selection.active.line } : { uri };
}

function asGiven(given: unknown): ScenarioFromParams | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { uri, line } = given as Readonly<Record<string, unknown>>;
  if (typeof uri !== 'string') return undefined;
  return { uri, ...(Number.isInteger(line) && { line: line as number }) };
}
