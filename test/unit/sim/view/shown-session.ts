import assert from 'node:assert/strict';

import type { MachineView, TreeRow } from '../../../../src-core/sim/view/machine-view';
import type { Session } from '../../../../src-core/sim/session';
import { viewOf } from '../../../../src-core/sim/view/views';

export function shown(session: Session): MachineView {
  const view = viewOf(session);
  assert.ok(view);
  return view;
}

/** Every row of the tree, runs opened too. */
export function allRows(view: MachineView): TreeRow[] {
  const below = (row: TreeRow): TreeRow[] => [
    row,
    ...(row.hasChildren ? view.children(row.id).flatMap(below) : []),
  ];
  return view.roots().flatMap(below);
}

/** The tree as a person reads it, runs closed: indent, marks, label and description. */
export function treeText(view: MachineView): string[] {
  const lines = (row: TreeRow, depth: number): string[] => {
    const mark = row.mark === 'here' ? '▶' : row.mark === 'path' ? '·' : ' ';
    const text = `${'  '.repeat(depth)}${mark}${row.changed ? '*' : ' '}${row.label} | ${row.description}`;
    const opens = row.hasChildren && !row.id.endsWith('+');
    const below = opens ? view.children(row.id) : [];
    return [text, ...below.flatMap((child) => lines(child, depth + 1))];
  };
  return view.roots().flatMap((row) => lines(row, 0));
}
