import {
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
import { asNode, childrenOf, walkNode, type WalksNode } from '../walks/walk-nodes';
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
    if (!node) return this.walks.all.map(walkNode);
    return node.kind === 'walk' ? childrenOf(node) : [];
  }

  getTreeItem(node: WalksNode): TreeItem {
    return walkTreeItem(node);
  }

  getParent(node: WalksNode): ProviderResult<WalksNode> {
    return node.kind === 'walk' ? undefined : walkNode(node.walk);
  }

  resolveTreeItem(item: TreeItem, node: WalksNode): TreeItem {
    item.tooltip = walkTooltip(node);
    return item;
  }

  /** Opens the view on this walk; the keyboard stays where it is. */
  async reveal(walk: WalkRecord): Promise<void> {
    await this.view.reveal(walkNode(walk), { select: true, focus: false, expand: true });
  }

  /** Removes the walk of the row given, or of the row selected. */
  remove(given: unknown): void {
    const node = this.meant(given);
    if (node) this.walks.remove(node.walk.id);
  }

  /** Copies the walk of the row given or selected; a row with a dump command copies that. */
  async copy(given: unknown): Promise<void> {
    const node = this.meant(given);
    if (!node) return;
    await env.clipboard.writeText(
      node.kind === 'dump-command' ? node.command : walkText(node.walk.reply),
    );
  }

  async copyDumpCommand(given: unknown): Promise<void> {
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
    this.changes.fire(undefined);
  }
}
