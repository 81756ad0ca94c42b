import assert from 'node:assert/strict';

import type { MachineView, TreeRow } from '../../../../src-core/sim/view/machine-view';

/** Whoever looks at any moment of a run finds rows that agree with each other. */
export function checkRows(view: MachineView): void {
  const ids = new Set<string>();
  const here: string[] = [];
  const onPath: string[] = [];
  const check = (row: TreeRow, parent: string | null): void => {
    assert.ok(!ids.has(row.id), `${row.id} twice`);
    ids.add(row.id);
    assert.equal(view.parentOf(row.id), parent);
    assert.deepEqual(view.row(row.id), row);
    if (row.mark === 'here') here.push(row.id);
    if (row.mark !== null) onPath.push(row.id);
    if (!row.hasChildren) return;
    const children = view.children(row.id);
    // All of a run's entries are alike: the first and the last tell.
    const some = row.id.endsWith('+') ? [children[0]!, children.at(-1)!] : children;
    for (const child of some) check(child, row.id);
  };
  for (const root of view.roots()) check(root, null);
  const place = view.place();
  assert.deepEqual(here, place === null ? [] : [place]);
  assert.deepEqual(new Set(onPath), new Set(view.path()));
}
