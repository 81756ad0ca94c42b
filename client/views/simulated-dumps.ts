import {
  type Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';

const scheme = 'pagewalk-simulated';
const gone = '# The simulation went on since. Open its tables as a dump again.\n';

/**
 * A simulated machine's tables at moments that a person kept, as read-only dumps. A simulation goes
 * on, so their texts are kept here as long as their documents are open.
 */
export class SimulatedDumps implements TextDocumentContentProvider, Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changes = new EventEmitter<Uri>();
  readonly onDidChange = this.changes.event;
  private readonly watches: readonly Pick<Disposable, 'dispose'>[] = [
    this.changes,
    workspace.registerTextDocumentContentProvider(scheme, this),
    workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
  ];

  provideTextDocumentContent(uri: Uri): string {
    return this.texts.get(uri.toString()) ?? gone;
  }

  /** @param title the document's name, which makes it a dump */
  async show(title: string, text: string): Promise<void> {
    const uri = Uri.from({ scheme, path: `/${title.replaceAll('/', ' ')}.ptedump` });
    this.texts.set(uri.toString(), text);
    this.changes.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
  }

  dispose(): void {
    for (const watch of this.watches) watch.dispose();
  }
}
