import { type Hover, type HoverParams, MarkupKind } from 'vscode-languageserver';

import type { ClientSupport } from '../client-support';
import { explainPlace } from '../explain/explain-place';
import type { FileView } from '../file-view';
import { answerMarkdown } from '../render/markdown';
import { answerPlainText } from '../render/plain-text';
import type { Feature } from './feature';

/** What a hex word of a dump, a trace line or plain text means. */
export const hover: Feature = {
  capabilities: { hoverProvider: true },
  register({ connection, client, view, safely }) {
    connection.onHover(
      safely<HoverParams, Hover | null>('hover', null, async ({ textDocument, position }) => {
        const file = await view(textDocument.uri);
        return file ? hoverAt(file, position.line, position.character, client()) : null;
      }),
    );
  },
};

/** The hover at a place; `null`: no word there that could be an entry. */
export function hoverAt(
  view: FileView,
  line: number,
  column: number,
  client: Pick<ClientSupport, 'hoverMarkdown' | 'commandLinks'>,
): Hover | null {
  const explanation = explainPlace({ view, line, column });
  if (!explanation) return null;
  const { answer, start, end } = explanation;
  return {
    contents: client.hoverMarkdown
      ? { kind: MarkupKind.Markdown, value: answerMarkdown(answer, client.commandLinks) }
      : { kind: MarkupKind.PlainText, value: answerPlainText(answer) },
    range: { start: { line, character: start }, end: { line, character: end } },
  };
}
