import { Uri, window, workspace } from 'vscode';

import { isScenario } from '../languages';
import { askInput } from './ask-input';
import { newMachines } from './new-machines';

const decoder = new TextDecoder();

/** The text of the document that is meant: by its URI, else the scenario in front. */
export async function scenarioText(given: unknown): Promise<string | undefined> {
  const uri = asUri(given);
  if (uri) return textOf(uri);
  const document = window.activeTextEditor?.document;
  return document && isScenario(document) ? document.getText() : undefined;
}

/** "New Machine…": what kind, then a kernel; the rest as most machines are. */
export async function newMachine(open: (text: string) => Promise<string | null>): Promise<boolean> {
  const kind = await window.showQuickPick(newMachines, {
    title: 'New Machine: its tables',
    matchOnDescription: true,
  });
  if (!kind) return false;
  const opened = await askInput({
    title: 'New Machine: kernel',
    prompt: 'Version of the kernel, 5.10 or later',
    placeholder: '6.12',
    value: '6.12',
    check: () => ({ note: '' }),
    accept: async (version) => {
      const kernel = version.trim();
      const scenario = kind.scenario(kernel);
      const problem = await open(
        JSON.stringify({ title: `${kind.label}, kernel ${kernel}`, ...scenario, run: [] }),
      );
      return problem === null ? { answer: true } : { problem };
    },
  });
  return opened === true;
}

async function textOf(uri: Uri): Promise<string> {
  const open = workspace.textDocuments.find(
    (document) => document.uri.toString() === uri.toString(),
  );
  return open ? open.getText() : decoder.decode(await workspace.fs.readFile(uri));
}

function asUri(given: unknown): Uri | undefined {
  if (given instanceof Uri) return given;
  if (typeof given === 'string') return Uri.parse(given, true);
  const { uri } = (given ?? {}) as { uri?: unknown };
  return typeof uri === 'string' ? Uri.parse(uri, true) : undefined;
}
