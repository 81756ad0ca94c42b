import {
  commands,
  type Disposable,
  env,
  EventEmitter,
  type ProviderResult,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  window,
} from 'vscode';

import { contextKeys, walksViewId } from '../names';
import { setContext } from '../set-context';
import type { WalkList, WalkRecord } from '../walks/walk-list';
import { accessText } from '../walks/asked-access';
import { asNode, childrenOf, parentOf, walkNode, type WalksNode } from '../walks/walk-nodes';
import { walkText } from '../walks/walk-text';
import { walkTooltip, walkTreeItem } from './walk-tree-item';

/**
 * The Walks view: a row for each walk, under it a row for each level. Selecting a row marks its
 * walk's path in the editors. Sets the context key `pagewalk.hasWalks`.
 */
export class WalksView implements TreeDataProvider<WalksNode>, Disposable {
  private readonly view: TreeView<WalksNode>;
  private readonly changes = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changes.event;
  private readonly watches: readonly Pick<Disposable, 'dispose'>[];

  constructor(private readonly walks: WalkList) {
    this.view = window.createTreeView<WalksNode>(walksViewId, { treeDataProvider: this });
    this.watches = [
      this.changes,
      this.view,
      walks.onDidChange(() => this.refresh()),
      this.view.onDidChangeSelection(({ selection: [node] }) => {
        if (node) walks.show(node.walk.id);
      }),
    ];
    this.refresh();
  }

  getChildren(node?: WalksNode): WalksNode[] {
    return node ? childrenOf(node) : this.walks.all.map(walkNode);
  }

  getTreeItem(node: WalksNode): TreeItem {
    return walkTreeItem(node);
  }

  getParent(node: WalksNode): ProviderResult<WalksNode> {
    return parentOf(node);
  }

  resolveTreeItem(item: TreeItem, node: WalksNode): TreeItem {
    item.tooltip = walkTooltip(node);
    return item;
  }

  /** Opens the view on this walk; the keyboard stays where it is. */
  async reveal(walk: WalkRecord): Promise<void> {
    // A view that is not to be seen takes up the new rows only once it is, and loses the selection.
    if (!this.view.visible)
      await commands.executeCommand(`${walksViewId}.focus`, { preserveFocus: true });
    await this.view.reveal(walkNode(walk), { select: true, focus: false, expand: true });
  }

  /** Removes the walk, or the access, of the row given or selected. */
  remove(given: unknown): void {
    const node = this.meant(given);
    if (!node) return;
    if ('asked' in node) this.walks.removeAccess(node.walk.id, node.asked.id);
    else this.walks.remove(node.walk.id);
  }

  /** Copies the walk of the row given or selected; an access or a dump command copies itself. */
  async copy(given: unknown): Promise<void> {
    const node = this.meant(given);
    if (!node) return;
    await env.clipboard.writeText(textOf(node));
  }

  /** Copies what a missing table takes: of the row given or selected, or the text of a quick fix. */
  async copyDumpCommand(given: unknown): Promise<void> {
    if (typeof given === 'string') return env.clipboard.writeText(given);
    const node = this.meant(given);
    const command =
      node?.kind === 'dump-command' ? node.command : node?.walk.reply.dumpCommands[0]?.command;
    if (command !== undefined) await env.clipboard.writeText(command);
  }

  dispose(): void {
    for (const watch of this.watches) watch.dispose();
  }

  private meant(given: unknown): WalksNode | undefined {
    return asNode(given) ?? this.view.selection[0];
  }

  private refresh(): void {
    setContext(contextKeys.hasWalks, this.walks.all.length > 0);
    setContext(contextKeys.showsNested, this.walks.shown?.reply.second !== undefined);
    this.changes.fire(undefined);
  }
}

function textOf(node: WalksNode): string {
  if (node.kind === 'dump-command') return node.command;
  return 'asked' in node ? accessText(node.asked) : walkText(node.walk.reply);
}
