import {
  commands,
  type Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  workspace,
} from 'vscode';

const scheme = 'pagewalk-composed';

/** The entry that is being composed, decoded, as a read-only Markdown document beside the work. */
export class ComposedEntry implements TextDocumentContentProvider, Disposable {
  private readonly changes = new EventEmitter<Uri>();
  readonly onDidChange = this.changes.event;
  private readonly registration = workspace.registerTextDocumentContentProvider(scheme, this);
  private readonly uri = Uri.from({ scheme, path: '/Composed Entry.md' });
  private markdown = 'Nothing is being composed.';

  provideTextDocumentContent(): string {
    return this.markdown;
  }

  /** What the document says from now on. */
  set(markdown: string): void {
    this.markdown = markdown;
    this.changes.fire(this.uri);
  }

  /** Shows it in a Markdown preview to the side. */
  async show(): Promise<void> {
    await commands.executeCommand('markdown.showPreviewToSide', this.uri);
  }

  dispose(): void {
    this.registration.dispose();
    this.changes.dispose();
  }
}
