import {
  commands,
  type Disposable,
  EventEmitter,
  MarkdownString,
  type Memento,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  window,
} from 'vscode';

import type { SimulationRow } from '../../server/simulation-protocol';
import { setContext } from '../set-context';
import { simulationKeys, tablesViewId } from '../simulation/names';
import { rowItem } from '../simulation/row-item';
import type { SimulatedMachine } from '../simulation/simulated-machine';
import { statusText } from '../simulation/status-text';

const followsKey = 'pagewalk.simulation.follows';

/**
 * The simulated machine's tables: roots, below them tables and entries. The tree goes where the
 * walker is, unless that is switched off. Sets the context key `pagewalk.simulationFollows`.
 */
export class SimulationTables implements TreeDataProvider<SimulationRow>, Disposable {
  readonly #view: TreeView<SimulationRow>;
  readonly #changes = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changes.event;
  readonly #watches: readonly Pick<Disposable, 'dispose'>[];
  /** Rows by id, as they were seen last: what a tree asks for parents of. */
  readonly #rows = new Map<string, SimulationRow>();
  #shown = -1;
  #notice: string | null = null;

  constructor(
    private readonly machine: SimulatedMachine,
    private readonly choices: Memento,
  ) {
    this.#view = window.createTreeView<SimulationRow>(tablesViewId, { treeDataProvider: this });
    this.#watches = [
      this.#changes,
      this.#view,
      machine.onDidChange(() => this.#refresh()),
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible) this.#refresh();
      }),
    ];
    setContext(simulationKeys.follows, this.follows);
  }

  get follows(): boolean {
    return this.choices.get(followsKey, true);
  }

  async follow(follows: boolean): Promise<void> {
    await this.choices.update(followsKey, follows);
    setContext(simulationKeys.follows, follows);
    if (follows) await this.#goToWalker();
  }

  /** Says something in place of where the machine stands, until it moves. */
  say(text: string): void {
    this.#notice = text;
    this.#showStatus();
  }

  async getChildren(row?: SimulationRow): Promise<SimulationRow[]> {
    if (!row) await this.machine.restore();
    if (!this.machine.state) return [];
    const rows = await this.machine.server.rows(row?.id ?? null);
    for (const each of rows) this.#rows.set(each.id, each);
    return rows;
  }

  getTreeItem(row: SimulationRow): TreeItem {
    return rowItem(row, this.machine.state?.walkerTitle ?? '');
  }

  async getParent({ parent }: SimulationRow): Promise<SimulationRow | undefined> {
    if (parent === null) return undefined;
    return this.#rows.get(parent) ?? (await this.#rowWithParents(parent));
  }

  async resolveTreeItem(item: TreeItem, row: SimulationRow): Promise<TreeItem> {
    const markdown = await this.machine.server.explain(row.id);
    if (markdown !== null) item.tooltip = new MarkdownString(markdown);
    return item;
  }

  /** The row that a menu names, or the one that is selected. */
  meant(given: unknown): SimulationRow | undefined {
    const row = given as Partial<SimulationRow> | undefined;
    return typeof row?.id === 'string' && row.actions
      ? (row as SimulationRow)
      : this.#view.selection[0];
  }

  /** Opens the view. */
  async show(): Promise<void> {
    await commands.executeCommand(`${tablesViewId}.focus`, { preserveFocus: true });
  }

  /** Selects the row of that id, with everything above it open; the keyboard stays where it is. */
  async reveal(id: string): Promise<void> {
    const row = await this.#rowWithParents(id);
    if (row) await this.#view.reveal(row, { select: true, focus: false });
  }

  dispose(): void {
    for (const watch of this.#watches) watch.dispose();
  }

  #refresh(): void {
    const { state } = this.machine;
    this.#notice = null;
    if (state?.id !== this.#shown) this.#rows.clear();
    this.#shown = state?.id ?? -1;
    this.#view.description = state?.title ?? '';
    this.#showStatus();
    if (!this.#view.visible) return;
    this.#changes.fire(undefined);
    // A row that went away meanwhile is no fault: the next change tells where the walker is.
    if (this.follows) this.#goToWalker().catch(() => undefined);
  }

  #showStatus(): void {
    const { state } = this.machine;
    this.#view.message = this.#notice === null ? (state ? statusText(state) : '') : this.#notice;
  }

  async #goToWalker(): Promise<void> {
    const { state } = this.machine;
    if (!state?.place || !this.#view.visible) return;
    const row = await this.#rowWithParents(state.place);
    if (row && this.machine.state === state) await this.#view.reveal(row, { focus: false });
  }

  async #rowWithParents(id: string): Promise<SimulationRow | undefined> {
    const rows = await this.machine.server.row(id);
    for (const row of rows) this.#rows.set(row.id, row);
    return rows.at(-1);
  }
}
