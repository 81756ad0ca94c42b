import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionParams,
} from 'vscode-languageserver';

import { directiveHelp, directiveValues, directiveWordAt } from '../directive-help';
import type { FileView } from '../file-view';
import { rangeOfPlace } from '../locations';
import type { Feature } from './feature';

/** Keys and values of the comment line `pagewalk: …`; nothing anywhere else. */
export const completion: Feature = {
  capabilities: { completionProvider: { triggerCharacters: [':', '=', ' '] } },
  register({ connection, view, safely }) {
    connection.onCompletion(
      safely<CompletionParams, CompletionItem[]>(
        'completion',
        [],
        async ({ textDocument, position }) => {
          const file = await view(textDocument.uri);
          return file ? completionsAt(file, position.line, position.character) : [];
        },
      ),
    );
  },
};

/** What may be written at a place. */
export function completionsAt(view: FileView, line: number, column: number): CompletionItem[] {
  const text = view.index.lineText(line);
  const word = directiveWordAt(text, column);
  if (!word) return [];
  const sign = word.start + word.key.length;
  if (word.value !== null && column > sign) {
    const range = rangeOfPlace({ line, start: sign + 1, end: word.end });
    return directiveValues(view, word.key).map(({ value, about }, at) => ({
      label: value,
      kind: CompletionItemKind.Value,
      ...(about !== '' && { detail: about }),
      sortText: String(at).padStart(4, '0'),
      textEdit: { range, newText: value },
    }));
  }
  const gap = word.start === column && /\S/.test(text.charAt(column - 1)) ? ' ' : '';
  const range = rangeOfPlace({ line, start: word.start, end: Math.min(sign, word.end) });
  const taken = new Set(text.match(/[^\s=]+(?==)/g));
  return directiveHelp()
    .filter(({ key }) => key === word.key || !taken.has(key))
    .map(({ key, says }, at) => ({
      label: key,
      kind: CompletionItemKind.Property,
      detail: says.replaceAll('`', ''),
      sortText: String(at).padStart(4, '0'),
      filterText: `${gap}${key}`,
      textEdit: { range, newText: `${gap}${key}${word.value === null ? '=' : ''}` },
    }));
}
