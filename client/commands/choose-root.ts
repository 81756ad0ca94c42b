import { type QuickPickItem, window } from 'vscode';

import type { RootInfo, RootsResult } from '../../server/protocol';
import { formatHex, readHex } from '../hex-digits';
import type { ChosenRoot } from '../root-choices';
import type { SettingChoice } from '../setting-choices';
import { askInput } from './ask-input';

interface RootItem extends QuickPickItem {
  readonly root: ChosenRoot | null;
}

/** A root whose score is below this part of the best one's is no rival of it. */
const rivalry = 0.5;

/** The roots that may be meant, the best first; one table may be there in several formats. */
function plausible(roots: readonly RootInfo[]): readonly RootInfo[] {
  const best = Math.max(0, ...roots.map(({ score }) => score));
  return roots.filter(({ score }) => score >= best * rivalry);
}

/** The root need not be asked for: it was given, one table stands out, or a trace tells it. */
export function isCertain({ roots, assumptions, trace }: RootsResult): boolean {
  if (trace) return true;
  if (assumptions.root === null) return false;
  const tables = new Set(plausible(roots).map(({ address }) => address));
  return assumptions.rootBasis === 'given' || tables.size === 1;
}

/**
 * Lets the reader choose among the roots found, or type another one.
 * @param formats offered for a root that is typed
 * @param words how it is asked, where it is not the walk's own root
 */
export async function chooseRoot(
  { roots, assumptions }: RootsResult,
  formats: readonly SettingChoice[],
  words = {
    title: 'Which Root Table?',
    placeholder: 'The table the walk starts from; kept for this file while the window is open',
  },
): Promise<ChosenRoot | undefined> {
  const askOther = () => askRoot(assumptions.formatBasis === 'given' ? [] : formats);
  const offered = plausible(roots);
  if (offered.length === 0) return askOther();
  const items: RootItem[] = offered.map((root) => ({
    label: `$(list-tree) ${root.address}`,
    description: `${root.format}, ${String(root.levels)} levels`,
    detail: root.evidence.join(' · '),
    root: { address: root.address, format: root.format, levels: root.levels },
  }));
  items.push({ label: '$(edit) Another root…', description: 'type its address', root: null });
  const chosen = await window.showQuickPick(items, {
    title: words.title,
    placeHolder: words.placeholder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen) return undefined;
  return chosen.root ?? askOther();
}

async function askRoot(formats: readonly SettingChoice[]): Promise<ChosenRoot | undefined> {
  const check = (text: string) => {
    const typed = readHex(text);
    return 'problem' in typed ? typed : { note: '' };
  };
  const address = await askInput<string>({
    title: 'Address of the Root Table',
    prompt: 'No root stands out in this file: which table does the walk start from?',
    placeholder: '0x103b30000, or a whole CR3 or EPTP value',
    value: '',
    check,
    accept: (text) => {
      const typed = readHex(text);
      return Promise.resolve('problem' in typed ? typed : { answer: formatHex(typed.value) });
    },
  });
  if (address === undefined) return undefined;
  if (formats.length === 0) return { address };
  const format = await window.showQuickPick(
    formats.map(({ value, meaning }) => ({ label: value, detail: meaning })),
    { title: 'Format of the Entries', matchOnDetail: true },
  );
  if (!format) return undefined;
  return format.label === 'auto' ? { address } : { address, format: format.label };
}
