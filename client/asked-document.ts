import {
  type Disposable,
  type TextDocument,
  type TextEditor,
  Uri,
  window,
  workspace,
} from 'vscode';

import { isOwn } from './languages';
import { contextKeys, dumpLanguage, traceLanguage } from './names';
import { setContext } from './set-context';

/**
 * The document a command means when it was not told: the one in front; if that is no dump or trace,
 * one that is visible; else the last one that was in front and is still open.
 */
export class AskedDocument implements Disposable {
  private last: TextDocument | undefined;
  private readonly watches: readonly Disposable[];

  constructor() {
    this.watches = [
      window.onDidChangeActiveTextEditor((editor) => this.note(editor)),
      window.onDidChangeVisibleTextEditors(() => this.showState()),
      workspace.onDidOpenTextDocument(() => this.showState()),
      workspace.onDidCloseTextDocument((document) => {
        if (document === this.last) this.last = undefined;
        this.showState();
      }),
    ];
    this.note(window.activeTextEditor);
    this.showState();
  }

  /** The document meant, own or foreign; `undefined`: nothing is open. */
  get(): TextDocument | undefined {
    const active = window.activeTextEditor?.document;
    if (active && isOwn(active)) return active;
    const visible = window.visibleTextEditors.find(({ document }) => isOwn(document));
    return visible?.document ?? this.last ?? active;
  }

  async open(uri: string): Promise<TextDocument> {
    return workspace.openTextDocument(Uri.parse(uri, true));
  }

  dispose(): void {
    for (const watch of this.watches) watch.dispose();
  }

  private note(editor: TextEditor | undefined): void {
    if (editor && isOwn(editor.document)) this.last = editor.document;
    this.showState();
  }

  private showState(): void {
    const visible = window.visibleTextEditors.map(({ document }) => document.languageId);
    setContext(contextKeys.dumpVisible, visible.includes(dumpLanguage));
    setContext(contextKeys.traceVisible, visible.includes(traceLanguage));
  }
}
