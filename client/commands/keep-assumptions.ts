import {
  commands,
  ConfigurationTarget,
  EndOfLine,
  Range,
  type TextDocument,
  window,
  workspace,
  WorkspaceEdit,
} from 'vscode';

import { directiveEdit } from '../file-directive';
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
export async function keepAssumptions(document: TextDocument, choice: KeptChoice): Promise<void> {
  if ('openSettings' in choice) {
    await commands.executeCommand('workbench.action.openSettings', `@ext:pagewalk.pagewalk`);
    return;
  }
  const keepers = 'root' in choice ? rootKeepers(document, choice) : valueKeepers(document, choice);
  const chosen = await window.showQuickPick(keepers, { title: 'Where to Keep This Choice' });
  await chosen?.keep();
}

function rootKeepers(
  document: TextDocument,
  { root, roots }: Extract<KeptChoice, { root: ChosenRoot }>,
): Keeper[] {
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
    inFile(document, words, () => roots.choose(uri, undefined)),
  ];
}

function valueKeepers(
  document: TextDocument,
  { values }: Extract<KeptChoice, { values: object }>,
): Keeper[] {
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
    inFile(document, values),
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

/** Writes the file's comment line; the change can be undone and is not saved. */
function inFile(
  document: TextDocument,
  values: Readonly<Record<string, string>>,
  after: () => void = () => undefined,
): Keeper {
  const lines = Array.from({ length: document.lineCount }, (_, n) => document.lineAt(n).text);
  const edit = directiveEdit(lines, values);
  return {
    label: `$(file) ${edit.line === null ? 'A comment line at the top of' : 'The comment line of'} this file`,
    detail: edit.text,
    keep: async () => {
      const change = new WorkspaceEdit();
      if (edit.line === null) {
        const end = document.eol === EndOfLine.CRLF ? '\r\n' : '\n';
        change.insert(document.uri, new Range(0, 0, 0, 0).start, `${edit.text}${end}`);
      } else change.replace(document.uri, document.lineAt(edit.line).range, edit.text);
      await workspace.applyEdit(change);
      after();
    },
  };
}
