import {
  commands,
  type Disposable,
  type TextDocumentContentProvider,
  Uri,
  workspace,
} from 'vscode';

import type { GeometryParams } from '../../server/protocol';
import type { LanguageServer } from '../language-server';

const scheme = 'pagewalk-layout';

/**
 * Stage-2 layouts as read-only Markdown documents, so that several can be kept open side by side.
 * The question stands in the document's URI.
 */
export class LayoutDocuments implements TextDocumentContentProvider, Disposable {
  private readonly registration = workspace.registerTextDocumentContentProvider(scheme, this);

  constructor(private readonly server: LanguageServer) {}

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const response = await this.server.geometry(JSON.parse(uri.query) as GeometryParams);
    return 'problem' in response ? response.problem : response.markdown;
  }

  /** Shows a layout in a Markdown preview. */
  async show(question: GeometryParams): Promise<void> {
    const { granule, ipaBits, form } = question;
    const suffix = form === undefined || form === 'current' ? '' : ` ${form}`;
    const name = `Stage 2 ${granule} ${String(ipaBits)}-bit IPA${suffix}`;
    const uri = Uri.from({ scheme, path: `/${name}.md`, query: JSON.stringify(question) });
    await commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.registration.dispose();
  }
}
