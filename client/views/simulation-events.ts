import {
  type Disposable,
  EventEmitter,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  window,
} from 'vscode';

import type { SimulationCounter, SimulationEvent } from '../../server/simulation-protocol';
import { counterItem, countersItem, eventItem, moreItem } from '../simulation/event-item';
import { eventsViewId } from '../simulation/names';
import type { SimulatedMachine } from '../simulation/simulated-machine';
import { counterText } from '../simulation/status-text';

type EventNode =
  | { readonly kind: 'counters'; readonly text: string }
  | { readonly kind: 'counter'; readonly counter: SimulationCounter }
  | { readonly kind: 'event'; readonly event: SimulationEvent }
  | { readonly kind: 'more'; readonly left: number };

const pageLength = 200;

/** What the moves set off, newest first, with the counters above. */
export class SimulationEvents implements TreeDataProvider<EventNode>, Disposable {
  readonly #view: TreeView<EventNode>;
  readonly #changes = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changes.event;
  readonly #watches: readonly Pick<Disposable, 'dispose'>[];
  #count = pageLength;

  constructor(private readonly machine: SimulatedMachine) {
    this.#view = window.createTreeView<EventNode>(eventsViewId, { treeDataProvider: this });
    this.#watches = [
      this.#changes,
      this.#view,
      machine.onDidChange(() => {
        this.#count = pageLength;
        this.#refresh();
      }),
      this.#view.onDidChangeVisibility(() => this.#refresh()),
    ];
  }

  async getChildren(node?: EventNode): Promise<EventNode[]> {
    const { state, server } = this.machine;
    if (!state) return [];
    if (node) return state.counters.map((counter) => ({ kind: 'counter', counter }));
    const { total, rows } = await server.events({ from: 0, count: this.#count });
    const events: EventNode[] = rows.map((event) => ({ kind: 'event', event }));
    const left = total - rows.length;
    const more: EventNode[] = left > 0 ? [{ kind: 'more', left }] : [];
    return [{ kind: 'counters', text: counterText(state) }, ...events, ...more];
  }

  getTreeItem(node: EventNode): TreeItem {
    switch (node.kind) {
      case 'counters':
        return countersItem(node.text);
      case 'counter':
        return counterItem(node.counter);
      case 'event':
        return eventItem(node.event);
      case 'more':
        return moreItem(node.left);
    }
  }

  showMore(): void {
    this.#count += 5 * pageLength;
    this.#changes.fire(undefined);
  }

  dispose(): void {
    for (const watch of this.#watches) watch.dispose();
  }

  #refresh(): void {
    if (this.#view.visible) this.#changes.fire(undefined);
  }
}
