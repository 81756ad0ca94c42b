import { Uri, window, workspace } from 'vscode';

import { isScenario } from '../languages';
import { askInput } from './ask-input';

const decoder = new TextDecoder();

/** The text of the document that is meant: by its URI, else the scenario in front. */
export async function scenarioText(given: unknown): Promise<string | undefined> {
  const uri = asUri(given);
  if (uri) return textOf(uri);
  const document = window.activeTextEditor?.document;
  return document && isScenario(document) ? document.getText() : undefined;
}

/** "New Machine…": a kernel and a format; the rest as most machines are. */
export async function newMachine(open: (text: string) => Promise<string | null>): Promise<boolean> {
  const formats = [
    { label: 'ept', description: 'Intel, with accessed and dirty bits' },
    { label: 'ept-noad', description: 'Intel, without accessed and dirty bits' },
    { label: 'npt64', description: 'AMD' },
  ];
  const format = await window.showQuickPick(formats, {
    title: 'New Machine: format of its tables',
  });
  if (!format) return false;
  const opened = await askInput({
    title: 'New Machine: kernel',
    prompt: 'Version of the kernel, 5.10 or later',
    placeholder: '6.12',
    value: '6.12',
    check: () => ({ note: '' }),
    accept: async (kernel) => {
      const problem = await open(machineText(kernel.trim(), format.label));
      return problem === null ? { answer: true } : { problem };
    },
  });
  return opened === true;
}

/** 1 GiB of guest memory in huge pages of the host, and nothing done yet. */
function machineText(kernel: string, format: string): string {
  return JSON.stringify({
    title: `${format}, kernel ${kernel}`,
    machine: { kernel, format },
    slots: [{ id: 0, gfn: '0x0', pages: '0x40000', pfn: '0x100000', hostPage: '2M' }],
    run: [],
  });
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
