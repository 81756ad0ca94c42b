import {
  commands,
  type Disposable,
  type TextDocumentContentProvider,
  Uri,
  workspace,
} from 'vscode';

import type { SplitCachesParams } from '../../server/protocol';
import type { LanguageServer } from '../language-server';

const scheme = 'pagewalk-split-caches';

/** Figures and charts of the split cache as read-only Markdown documents; the question is in the URI. */
export class SplitCacheDocuments implements TextDocumentContentProvider, Disposable {
  private readonly registration = workspace.registerTextDocumentContentProvider(scheme, this);

  constructor(private readonly server: LanguageServer) {}

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const response = await this.server.splitCaches(JSON.parse(uri.query) as SplitCachesParams);
    return 'problem' in response ? response.problem : response.markdown;
  }

  /** Shows the figures in a Markdown preview. */
  async show(question: SplitCachesParams): Promise<void> {
    const name = `Split Cache ${question.splits} × ${question.used}`;
    const uri = Uri.from({ scheme, path: `/${name}.md`, query: JSON.stringify(question) });
    await commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.registration.dispose();
  }
}
