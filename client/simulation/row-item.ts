import { ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';

import type { SimulationRow } from '../../server/simulation-protocol';
import { lookOf } from '../walks/kind-looks';

/** A row of the tree of simulated tables, without its tooltip. */
export function rowItem(row: SimulationRow, walker: string): TreeItem {
  const { id, kind, label, description, hasChildren, changed, mark, actions } = row;
  const item = new TreeItem(
    { label, ...(changed && { highlights: [[0, label.length]] }) },
    collapse(row, hasChildren),
  );
  const here = mark === 'here' ? `← ${walker.toLowerCase()}` : '';
  item.id = id;
  item.description = [description, here].filter((text) => text !== '').join('  ');
  item.iconPath = icon(row);
  item.contextValue = ['simulated', ...new Set(actions.map(({ verb }) => verb))].join(' ');
  const remarks = [
    lookOf(kind).word,
    ...(changed ? ['changed'] : []),
    ...(mark === 'here' ? [`the ${walker} is here`] : []),
    ...(mark === 'path' ? [`on the path of the ${walker}`] : []),
  ];
  item.accessibilityInformation = { label: `${label} ${description}, ${remarks.join(', ')}` };
  return item;
}

function collapse({ kind, mark }: SimulationRow, hasChildren: boolean): TreeItemCollapsibleState {
  if (!hasChildren) return TreeItemCollapsibleState.None;
  return kind === 'root' || mark !== null
    ? TreeItemCollapsibleState.Expanded
    : TreeItemCollapsibleState.Collapsed;
}

/** The way to the walker is told by arrows, in the colour of what each row is. */
const arrows = { here: 'arrow-right', path: 'arrow-small-right' } as const;

function icon({ kind, mark }: SimulationRow): ThemeIcon {
  const look = lookOf(kind);
  const color = look.color === undefined ? undefined : new ThemeColor(look.color);
  return new ThemeIcon(mark === null ? look.icon : arrows[mark], color);
}
