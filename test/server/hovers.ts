import { HoverRequest, MarkupContent } from 'vscode-languageserver-protocol/node';

import type { LanguageClient } from './language-client';

/** A line of a file, and the word of it that the pointer rests on. */
export interface Pointed {
  readonly text: string;
  readonly word: string;
  readonly languageId?: string;
}

let opened = 0;

/** The hover on a word of a text, as Markdown; empty where there is none. */
export async function hoverOn(client: LanguageClient, pointed: Pointed): Promise<string> {
  const { text, word, languageId } = pointed;
  const uri = await client.open(`hover-${String(++opened)}`, text, languageId);
  const before = text.slice(0, text.indexOf(word) + 1).split('\n');
  const hover = await client.connection.sendRequest(HoverRequest.type, {
    textDocument: { uri },
    position: { line: before.length - 1, character: before.at(-1)!.length },
  });
  return MarkupContent.is(hover?.contents) ? hover.contents.value : '';
}
