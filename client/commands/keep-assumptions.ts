import {
  commands,
  ConfigurationTarget,
  Range,
  type TextDocument,
  window,
  workspace,
  WorkspaceEdit,
} from 'vscode';

import type { LanguageServer } from '../language-server';
import { settingsSection } from '../names';
import type { ChosenRoot, RootChoices } from '../root-choices';

/** A choice to keep: values of format, kernel, layout; or a root; or the wish to see all settings. */
export type KeptChoice =
  | { readonly values: Readonly<Record<string, string>> }
  | { readonly root: ChosenRoot; readonly roots: RootChoices }
  | { readonly openSettings: true };

interface Keeper {
  readonly label: string;
  readonly detail: string;
  readonly keep: () => Promise<void> | void;
}

/** Asks where a choice is to be kept, and keeps it there. A file is changed only if asked to. */
export async function keepAssumptions(
  server: LanguageServer,
  document: TextDocument,
  choice: KeptChoice,
): Promise<void> {
  if ('openSettings' in choice) {
    await commands.executeCommand('workbench.action.openSettings', `@ext:pagewalk.pagewalk`);
    return;
  }
  const keepers =
    'root' in choice
      ? await rootKeepers(server, document, choice)
      : await valueKeepers(server, document, choice);
  const chosen = await window.showQuickPick(keepers, { title: 'Where to Keep This Choice' });
  await chosen?.keep();
}

async function rootKeepers(
  server: LanguageServer,
  document: TextDocument,
  { root, roots }: Extract<KeptChoice, { root: ChosenRoot }>,
): Promise<Keeper[]> {
  const uri = document.uri.toString();
  const words = {
    root: root.address,
    ...(root.format !== undefined && { format: root.format }),
    ...(root.levels !== undefined && { level: String(root.levels) }),
  };
  return [
    {
      label: '$(window) This window',
      detail: 'Until it is closed; nothing is written.',
      keep: () => {
        roots.choose(uri, root);
      },
    },
    ...(await inFile(server, document, words, () => roots.choose(uri, undefined))),
  ];
}

async function valueKeepers(
  server: LanguageServer,
  document: TextDocument,
  { values }: Extract<KeptChoice, { values: object }>,
): Promise<Keeper[]> {
  const { uri } = document;
  const inFolder = workspace.getWorkspaceFolder(uri) !== undefined;
  const setting = (label: string, detail: string, target: ConfigurationTarget): Keeper => ({
    label,
    detail,
    keep: async () => {
      const section = workspace.getConfiguration(settingsSection, uri);
      for (const [name, value] of Object.entries(values)) await section.update(name, value, target);
    },
  });
  return [
    ...(await inFile(server, document, values)),
    ...(inFolder
      ? [
          setting(
            '$(root-folder) Settings of this workspace',
            'Holds for all its dumps and traces.',
            ConfigurationTarget.Workspace,
          ),
        ]
      : []),
    setting('$(account) Your own settings', 'Holds everywhere.', ConfigurationTarget.Global),
  ];
}

/**
 * Writes the file's comment line; the change can be undone and is not saved. Nothing is offered when
 * the file says so already.
 */
async function inFile(
  server: LanguageServer,
  document: TextDocument,
  values: Readonly<Record<string, string>>,
  after: () => void = () => undefined,
): Promise<Keeper[]> {
  const said = Object.entries(values).map(
    ([key, value]) => [key, value === 'auto' ? null : value] as const,
  );
  const edit = await server.commentLine({
    uri: document.uri.toString(),
    values: Object.fromEntries(said),
  });
  if (!edit) return [];
  const { place, text } = edit;
  const keep = async (): Promise<void> => {
    const change = new WorkspaceEdit();
    change.replace(document.uri, new Range(place.line, place.start, place.line, place.end), text);
    await workspace.applyEdit(change);
    after();
  };
  return [{ label: '$(file) The comment line of this file', detail: text.trim(), keep }];
}
