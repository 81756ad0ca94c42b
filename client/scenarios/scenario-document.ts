import { type TextDocument, Uri, window, workspace, WorkspaceEdit, Position } from 'vscode';

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

/** A URI that no open document has. */
function freeUri(name: string): Uri {
  const open = new Set(workspace.textDocuments.map(({ uri }) => uri.toString()));
  for (let number = 1; ; number++) {
    const path = `${name}${number === 1 ? '' : ` ${number}`}${ending}`;
    const uri = Uri.from({ scheme: 'untitled', path });
    if (!open.has(uri.toString())) return uri;
  }
}
