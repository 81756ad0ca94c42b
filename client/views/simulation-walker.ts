import {
  type Disposable,
  EventEmitter,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  window,
} from 'vscode';

import type { SimulationField } from '../../server/simulation-protocol';
import { fieldItem } from '../simulation/field-item';
import { walkerViewId } from '../simulation/names';
import type { SimulatedMachine } from '../simulation/simulated-machine';

interface FieldNode {
  readonly id: string;
  readonly field: SimulationField;
}

/** The kernel's own walker, a field a row; fields that changed are marked. */
export class SimulationWalker implements TreeDataProvider<FieldNode>, Disposable {
  readonly #view: TreeView<FieldNode>;
  readonly #changes = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changes.event;
  readonly #watch: Disposable;

  constructor(private readonly machine: SimulatedMachine) {
    this.#view = window.createTreeView<FieldNode>(walkerViewId, { treeDataProvider: this });
    this.#watch = machine.onDidChange(() => {
      if (machine.state) this.#view.title = machine.state.walkerTitle;
      this.#changes.fire(undefined);
    });
  }

  getChildren(node?: FieldNode): FieldNode[] {
    const fields = node ? node.field.children : (this.machine.state?.fields ?? []);
    const prefix = node ? `${node.id}.` : '';
    return fields.map((field) => ({ id: `${prefix}${field.name}`, field }));
  }

  getTreeItem({ id, field }: FieldNode): TreeItem {
    return fieldItem(field, id);
  }

  dispose(): void {
    this.#watch.dispose();
    this.#view.dispose();
    this.#changes.dispose();
  }
}
