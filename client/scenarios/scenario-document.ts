import {
  Position,
  TabInputText,
  type TextDocument,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
} from 'vscode';

const ending = '.pagewalk.json';

/**
 * Shows a scenario as a new document that is not saved yet. Its name ends as scenarios' do, so that it
 * is JSON, validated, and can be simulated as it is.
 * @param name without the ending; characters that file names cannot have are left out
 */
export async function openScenarioDocument(name: string, text: string): Promise<TextDocument> {
  const uri = freeUri(name.replaceAll(/[\\/:*?"<>|]/g, ' ').trim());
  const document = await workspace.openTextDocument(uri);
  const edit = new WorkspaceEdit();
  edit.insert(uri, new Position(0, 0), text);
  await workspace.applyEdit(edit);
  await window.showTextDocument(document, { preview: false });
  return document;
}

/** A URI that no open document has; a tab of before a reload has one that is not loaded yet. */
function freeUri(name: string): Uri {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  const shown = tabs.flatMap(({ input }) => (input instanceof TabInputText ? [input.uri] : []));
  const taken = new Set(
    [...shown, ...workspace.textDocuments.map(({ uri }) => uri)]
      .filter(({ scheme }) => scheme === 'untitled')
      .map(({ path }) => path.replace(/^\//, '')),
  );
  for (let number = 1; ; number++) {
    const path = `${name}${number === 1 ? '' : ` ${number}`}${ending}`;
    if (!taken.has(path)) return Uri.from({ scheme: 'untitled', path });
  }
}
