import {
  commands,
  type Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  workspace,
} from 'vscode';

import type { DecodeParams } from '../../server/protocol';
import type { LanguageServer } from '../language-server';

const scheme = 'pagewalk-decoded';

/**
 * Decoded values as read-only Markdown documents, so that they can be read beside the work, kept
 * open and copied. The question stands in the document's URI.
 */
export class DecodedValues implements TextDocumentContentProvider, Disposable {
  private readonly changes = new EventEmitter<Uri>();
  readonly onDidChange = this.changes.event;
  private readonly registration = workspace.registerTextDocumentContentProvider(scheme, this);

  constructor(private readonly server: LanguageServer) {}

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const response = await this.server.decode(JSON.parse(uri.query) as DecodeParams);
    return 'problem' in response ? response.problem : response.markdown;
  }

  /** The sentence that says what is wrong with the value; `undefined`: it can be decoded. */
  async problem(question: DecodeParams): Promise<string | undefined> {
    const response = await this.server.decode(question);
    return 'problem' in response ? response.problem : undefined;
  }

  /** Shows the decode in a Markdown preview. */
  async show(question: DecodeParams): Promise<void> {
    const uri = Uri.from({
      scheme,
      path: `/${question.value}.md`,
      query: JSON.stringify(question),
    });
    this.changes.fire(uri);
    await commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.registration.dispose();
    this.changes.dispose();
  }
}
