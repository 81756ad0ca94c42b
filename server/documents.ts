import type {
  TextDocumentContentChangeEvent,
  TextDocumentsConfiguration,
} from 'vscode-languageserver';

import { TextIndex } from '../src-core/index';

/** An open file: its text lives in the index, which follows every edit. */
export class DumpDocument {
  index: TextIndex;

  constructor(
    readonly uri: string,
    readonly languageId: string,
    public version: number,
    content: string,
  ) {
    this.index = new TextIndex(content, uri);
  }

  /** Follows an edit; columns and lines as the protocol counts them, in UTF-16 units. */
  apply(change: TextDocumentContentChangeEvent): void {
    if (!('range' in change)) {
      this.index = new TextIndex(change.text, this.uri);
      return;
    }
    const { start, end } = change.range;
    this.index.edit({
      startLine: start.line,
      startColumn: start.character,
      endLine: end.line,
      endColumn: end.character,
      text: change.text,
    });
  }
}

/** How the protocol's library makes and changes our documents. */
export const dumpDocuments: TextDocumentsConfiguration<DumpDocument> = {
  create: (uri, languageId, version, content) =>
    new DumpDocument(uri, languageId, version, content),
  update(document, changes, version) {
    for (const change of changes) document.apply(change);
    document.version = version;
    return document;
  },
};
