import { languages, window, workspace } from 'vscode';

import { dumpLanguage } from '../names';

/** Reads the file in front as a dump or a trace: its language mode, in this window. */
export async function readAs(language: string): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor) {
    void window.showInformationMessage('Pagewalk: open the file to read first.');
    return;
  }
  await languages.setTextDocumentLanguage(editor.document, language);
}

/** An empty document to paste a dump into. */
export async function newDump(): Promise<void> {
  const document = await workspace.openTextDocument({ language: dumpLanguage, content: '' });
  await window.showTextDocument(document);
}
