import { ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';

import type { SimulationField } from '../../server/simulation-protocol';
import { panelCommands } from './names';

/** A field of the walker: name and value, with what it was before. */
export function fieldItem(field: SimulationField, id: string): TreeItem {
  const { name, value, was, children, rowId } = field;
  const item = new TreeItem(
    { label: name, ...(was !== null && { highlights: [[0, name.length]] }) },
    children.length > 0 ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None,
  );
  item.id = id;
  item.description = was === null ? value : `${value}  (was ${was})`;
  item.iconPath =
    was === null
      ? new ThemeIcon('symbol-field')
      : new ThemeIcon('circle-filled', new ThemeColor('charts.yellow'));
  item.tooltip = `${name} = ${value}${was === null ? '' : `\nbefore: ${was}`}`;
  item.accessibilityInformation = {
    label: `${name} ${value}${was === null ? '' : `, changed, was ${was}`}`,
  };
  if (rowId !== null) {
    item.command = {
      command: panelCommands.showSimulatedRow,
      title: 'Show in the Tables',
      arguments: [rowId],
    };
  }
  return item;
}
