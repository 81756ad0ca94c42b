import { window } from 'vscode';

import type { WalkReply } from '../../server/protocol';
import type { AskedDocument } from '../asked-document';
import { formatHex, readHex } from '../hex-digits';
import type { RootChoices } from '../root-choices';
import type { SettingChoices } from '../setting-choices';
import { askInput } from './ask-input';
import { chooseRoot } from './choose-root';
import type { Walker } from './walk-an-address';

/** Formats of a guest's own tables. */
const guestFormats: readonly string[] = ['guest64', 'guest-pae', 'guest32', 'arm64-s1'];

/**
 * "Walk in Two Dimensions…": asks for a guest's own root and format, then for the root
 * under it, then for the address.
 * @param given `WalkCommandArguments` with `second` from a test or another extension
 */
export async function walkTwoDimensions(
  walker: Walker,
  asked: AskedDocument,
  roots: RootChoices,
  settings: SettingChoices,
  given: unknown,
): Promise<WalkReply | undefined> {
  if (hasSecond(given)) return walker.walk(given);
  const document = asked.get();
  // Nothing is open: the walk itself says so, and offers what helps.
  if (!document) return walker.walk(undefined);
  const root = await askGuestRoot();
  if (root === undefined) return undefined;
  const format = await askGuestFormat(settings);
  if (format === undefined) return undefined;
  const uri = document.uri.toString();
  const second = await chooseRoot(await roots.offered(uri), settings.of('format'), {
    title: 'Which Root Is Under the Guest?',
    placeholder: 'The tables that translate the guest’s physical addresses',
  });
  return second && walker.walk({ uri, root, format, second: { ...second, root: second.address } });
}

function hasSecond(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'second' in given;
}

function askGuestRoot(): Promise<string | undefined> {
  return askInput<string>({
    title: 'The Guest’s Own Root',
    prompt: 'An address as the guest has it, or its whole CR3.',
    placeholder: '0x1000',
    value: '',
    check: (text) => {
      const typed = readHex(text);
      return 'problem' in typed ? typed : { note: '' };
    },
    accept: (text) => {
      const typed = readHex(text);
      return Promise.resolve('problem' in typed ? typed : { answer: formatHex(typed.value) });
    },
  });
}

async function askGuestFormat(settings: SettingChoices): Promise<string | undefined> {
  const items = settings
    .of('format')
    .filter(({ value }) => guestFormats.includes(value))
    .map(({ value, meaning }) => ({ label: value, detail: meaning }));
  const chosen = await window.showQuickPick(items, {
    title: 'Format of the Guest’s Own Tables',
    matchOnDetail: true,
  });
  return chosen?.label;
}
