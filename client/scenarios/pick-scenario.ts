import { type TextDocument, Uri, window, workspace } from 'vscode';

import { openScenarioDocument } from './scenario-document';
import { shippedScenarios } from './shipped-scenarios';

/**
 * Lets a person choose among the scenarios that come with the extension, and opens a copy.
 * @param given a name, where it is known already
 * @returns undefined: dismissed
 */
export async function pickScenario(
  extension: Uri,
  given?: string,
): Promise<TextDocument | undefined> {
  const name = given ?? (await askName());
  if (name === undefined) return undefined;
  const text = await readShipped(extension, name);
  return openScenarioDocument(name, text);
}

async function readShipped(extension: Uri, name: string): Promise<string> {
  const file = Uri.joinPath(extension, 'samples', 'scenarios', `${name}.pagewalk.json`);
  return new TextDecoder().decode(await workspace.fs.readFile(file));
}

async function askName(): Promise<string | undefined> {
  const items = shippedScenarios.map(({ name, title, machine }) => ({
    label: title,
    description: machine,
    name,
  }));
  const picked = await window.showQuickPick(items, {
    title: 'Open a Scenario',
    placeHolder: 'What is to be seen?',
    matchOnDescription: true,
  });
  return picked?.name;
}
