import { type QuickPickItem, window } from 'vscode';

import type { RootInfo } from '../../server/protocol';
import { formatHex, readHex } from '../hex-digits';
import type { ChosenRoot } from '../root-choices';
import { askInput } from './ask-input';

interface RootItem extends QuickPickItem {
  readonly root: ChosenRoot | null;
}

/** Lets the reader choose among the roots found, or type another one. */
export async function chooseRoot(roots: readonly RootInfo[]): Promise<ChosenRoot | undefined> {
  if (roots.length === 0) return askRoot('No root table was found in this file.');
  const items: RootItem[] = roots.map((root) => ({
    label: `$(list-tree) ${root.address}`,
    description: `${root.format}, ${String(root.levels)} levels`,
    detail: root.evidence.join(' · '),
    root: { address: root.address, format: root.format, levels: root.levels },
  }));
  items.push({ label: '$(edit) Another root…', description: 'type its address', root: null });
  const chosen = await window.showQuickPick(items, {
    title: 'Which Root Table?',
    placeHolder: 'The table the walk starts from; kept for this file while the window is open',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen) return undefined;
  return chosen.root ?? askRoot('Its format and levels are detected or taken from the settings.');
}

async function askRoot(prompt: string): Promise<ChosenRoot | undefined> {
  return askInput<ChosenRoot>({
    title: 'Address of the Root Table',
    prompt,
    placeholder: '0x103b30000, or a whole CR3 or EPTP value',
    value: '',
    check: (text) => {
      const typed = readHex(text);
      return 'problem' in typed ? typed : { note: '' };
    },
    accept: (text) => {
      const typed = readHex(text);
      return Promise.resolve(
        'problem' in typed ? typed : { answer: { address: formatHex(typed.value) } },
      );
    },
  });
}
