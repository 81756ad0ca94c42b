import type { Position } from 'vscode-languageserver-protocol/node';

/** The place of a text's first (or n-th) occurrence of some words, a little into them. */
export function positionOf(text: string, words: string, into = 4, occurrence = 1): Position {
  let at = -1;
  for (let count = 0; count < occurrence; count++) at = text.indexOf(words, at + 1);
  if (at < 0) throw new Error(`'${words}' is not in the text`);
  const before = text.slice(0, at).split('\n');
  return { line: before.length - 1, character: before.at(-1)!.length + into };
}
