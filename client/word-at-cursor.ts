import type { TextEditor } from 'vscode';

const wordPattern = /0[xX][0-9a-fA-F_`]+|\b[0-9a-fA-F]{2,16}\b/;

/**
 * The hex word that is selected or under the cursor, as a first proposal for an address:
 * `gfn 1fe` in a trace stands for a frame and keeps its `gfn`. Empty when there is none.
 */
export function wordAtCursor(editor: TextEditor | undefined): string {
  if (!editor) return '';
  const { document, selection } = editor;
  if (!selection.isEmpty && selection.isSingleLine) return document.getText(selection).trim();
  const range = document.getWordRangeAtPosition(selection.active, wordPattern);
  if (!range) return '';
  const word = document.getText(range);
  const before = document.lineAt(range.start.line).text.slice(0, range.start.character);
  return /\bgfn[ =:]+$/.test(before) ? `gfn ${word}` : word;
}
