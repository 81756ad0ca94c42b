import { type QuickPickItem, QuickPickItemKind, type TextDocument, window } from 'vscode';

import type { FileAssumptions, RootsResult } from '../../server/protocol';
import type { AskedDocument } from '../asked-document';
import type { LanguageServer } from '../language-server';
import type { RootChoices } from '../root-choices';
import type { SettingChoices } from '../setting-choices';
import { kernelText } from '../kernel-text';
import { askInput } from './ask-input';
import { chooseRoot } from './choose-root';
import { keepAssumptions } from './keep-assumptions';

interface TopicItem extends QuickPickItem {
  readonly choose?: () => Promise<void>;
}

/** Shows what is assumed for the file in front and why, and lets the reader choose otherwise. */
export async function chooseAssumptions(
  server: LanguageServer,
  asked: AskedDocument,
  roots: RootChoices,
  settings: SettingChoices,
): Promise<void> {
  const document = asked.get();
  if (!document) return;
  const uri = document.uri.toString();
  const found = await roots.offered(uri);
  const topic = await window.showQuickPick(topics(server, document, found, roots, settings), {
    title: 'What Pagewalk Assumes for This File',
    placeHolder: found.assumptions.why,
  });
  await topic?.choose?.();
}

function topics(
  server: LanguageServer,
  document: TextDocument,
  found: RootsResult,
  roots: RootChoices,
  settings: SettingChoices,
): TopicItem[] {
  const uri = document.uri.toString();
  const { assumptions } = found;
  const { format, formatBasis, kernel, kernelBasis, root, rootBasis } = assumptions;
  const chosen = roots.of(uri);
  return [
    {
      label: '$(symbol-structure) Format',
      description: said(format, formatBasis),
      choose: () => chooseFormat(server, document, settings, assumptions),
    },
    {
      label: '$(versions) Kernel',
      description: said(kernel === null ? null : kernelText(kernel), kernelBasis),
      choose: () => chooseKernel(server, document, settings),
    },
    {
      label: '$(list-tree) Root',
      description: chosen ? `${chosen.address} (chosen)` : said(root, rootBasis),
      choose: async () => {
        const choice = await chooseRoot(found, settings.of('format'));
        if (choice) await keepAssumptions(server, document, { root: choice, roots });
      },
    },
    { label: '', kind: QuickPickItemKind.Separator },
    {
      label: '$(gear) All settings',
      choose: async () => keepAssumptions(server, document, { openSettings: true }),
    },
  ];
}

function said(value: string | null, basis: FileAssumptions['formatBasis']): string {
  return value === null ? 'not known' : `${value} (${basis})`;
}

async function chooseFormat(
  server: LanguageServer,
  document: TextDocument,
  settings: SettingChoices,
  { format }: FileAssumptions,
): Promise<void> {
  const items = settings.of('format').map(({ value, meaning }) => ({
    label: value,
    description: value === format ? 'now' : '',
    detail: meaning,
  }));
  const chosen = await window.showQuickPick(items, {
    title: 'Format of the Entries',
    matchOnDetail: true,
  });
  if (chosen) await keepAssumptions(server, document, { values: { format: chosen.label } });
}

/**
 * Kernels are offered by the spans in which the bits mean the same, newest first; any version can be
 * typed.
 */
async function chooseKernel(
  server: LanguageServer,
  document: TextDocument,
  settings: SettingChoices,
): Promise<void> {
  const spans = settings
    .of('layout')
    .filter(({ value }) => value !== 'auto')
    .map(({ value, meaning }) => ({
      label: meaning.replace(/\.$/, ''),
      description: value,
      // The first version of a span stands for it: Linux 5.13 – 5.18 is kernel=5.13.
      kernel: /^Linux (\d+\.\d+(?:\.\d+)?)/.exec(meaning)?.[1] ?? value,
    }))
    .reverse();
  const other = { label: '$(edit) A version…', description: 'type it', kernel: '' };
  const auto = { label: '$(wand) Found from the bits', description: 'auto', kernel: 'auto' };
  const chosen = await window.showQuickPick([other, auto, ...spans], {
    title: 'Kernel Whose KVM Wrote the Entries',
    matchOnDescription: true,
  });
  if (!chosen) return;
  const kernel = chosen.kernel === '' ? await askVersion() : chosen.kernel;
  if (kernel === undefined) return;
  const named = /^[0-9]/.test(kernel) || kernel === 'auto' ? 'kernel' : 'layout';
  await keepAssumptions(server, document, { values: { [named]: kernel } });
}

function askVersion(): Promise<string | undefined> {
  const check = (text: string) =>
    /^v?\d+\.\d+/.test(text.trim())
      ? { note: '' }
      : { problem: 'A version begins with two numbers: 6.1, v5.13-rc2, 6.1.0-56-cloud-amd64.' };
  return askInput<string>({
    title: 'Kernel Version',
    prompt: 'As uname -r prints it, or shorter.',
    placeholder: '6.1',
    value: '',
    check,
    accept: (text) => Promise.resolve({ answer: text.trim().replace(/^v/, '') }),
  });
}
