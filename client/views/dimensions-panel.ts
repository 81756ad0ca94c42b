import { type Disposable, Uri, ViewColumn, type WebviewPanel, window } from 'vscode';

import { commands } from '../names';
import { asNode } from '../walks/walk-nodes';
import type { WalkList } from '../walks/walk-list';
import { dimensionsPicture } from './dimensions-picture';

const viewType = 'pagewalk.dimensions';

/** The picture of a walk in two dimensions, beside the dump: one panel, for the walk shown last. */
export class DimensionsPanel implements Disposable {
  private panel: WebviewPanel | undefined;

  constructor(private readonly walks: WalkList) {}

  /**
   * @param given a row of the Walks view; left out: the walk that is shown
   * @throws where the walk went through one dimension
   */
  show(given: unknown): void {
    const walk = asNode(given)?.walk ?? this.walks.shown;
    if (!walk) throw new Error('No walk is shown: walk an address first.');
    const html = dimensionsPicture(walk.reply, nonce());
    if (html === undefined) {
      throw new Error(
        'This walk went through one dimension. Walk in Two Dimensions asks for both.',
      );
    }
    const panel = (this.panel ??= this.open());
    panel.title = `${walk.reply.address} in Two Dimensions`;
    panel.webview.html = html;
    panel.reveal(undefined, true);
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private open(): WebviewPanel {
    const panel = window.createWebviewPanel(
      viewType,
      'Two Dimensions',
      { viewColumn: ViewColumn.Beside, preserveFocus: true },
      {
        enableScripts: false,
        enableCommandUris: [commands.showPlace],
        localResourceRoots: [] as Uri[],
      },
    );
    panel.onDidDispose(() => (this.panel = undefined));
    return panel;
  }
}

/** Names the page's own style to its content security policy. */
function nonce(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const random = globalThis.crypto.getRandomValues(new Uint8Array(32));
  return Array.from(random, (value) => letters[value % letters.length]!).join('');
}
