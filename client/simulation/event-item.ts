import { ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';

import type { SimulationCounter, SimulationEvent } from '../../server/simulation-protocol';
import { panelCommands } from './names';

/** Icons of kinds of events: codicon and theme colour. */
const looks: Readonly<Record<string, readonly [icon: string, color?: string]>> = {
  operation: ['play', 'charts.blue'],
  result: ['check', 'charts.blue'],
  write: ['edit', 'charts.green'],
  changed: ['book'],
  'exchange-failed': ['sync', 'charts.yellow'],
  broken: ['key', 'charts.orange'],
  'cache-clean': ['archive'],
  abort: ['zap', 'charts.orange'],
  split: ['split-horizontal', 'charts.green'],
  'table-allocated': ['add', 'charts.blue'],
  'table-linked': ['link', 'charts.blue'],
  'table-unlinked': ['debug-disconnect', 'charts.yellow'],
  'table-queued': ['watch', 'charts.yellow'],
  'table-freed': ['trash'],
  flush: ['clear-all', 'charts.orange'],
  locked: ['lock'],
  unlocked: ['unlock'],
  yielded: ['debug-pause', 'charts.orange'],
  'yield-refused': ['circle-slash', 'charts.orange'],
};

const severities = {
  error: ['error', 'problemsErrorIcon.foreground'],
  warning: ['warning', 'problemsWarningIcon.foreground'],
} as const;

/** An event: what happened, and in which move. A click shows the entry. */
export function eventItem(event: SimulationEvent): TreeItem {
  const { number, move, kind, label, description, severity, rowId } = event;
  const item = new TreeItem(label);
  const [icon, color] = severity ? severities[severity] : (looks[kind] ?? ['circle-small']);
  item.id = `event-${number}`;
  item.description = description;
  item.iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
  item.tooltip = [`Event ${number}, move ${move}`, label, ...description.split(' · ')].join('\n');
  item.accessibilityInformation = { label: `${label}, ${description}, move ${move}` };
  if (rowId !== null) {
    item.command = {
      command: panelCommands.showSimulatedRow,
      title: 'Show in the Tables',
      arguments: [rowId],
    };
  }
  return item;
}

/** The row over the events: all counters in one line, opening to one a row. */
export function countersItem(text: string): TreeItem {
  const item = new TreeItem('Counters', TreeItemCollapsibleState.Collapsed);
  item.id = 'counters';
  item.description = text;
  item.iconPath = new ThemeIcon('graph');
  return item;
}

export function counterItem({ name, title, value, was }: SimulationCounter): TreeItem {
  const item = new TreeItem({
    label: name,
    ...(was !== null && { highlights: [[0, name.length]] }),
  });
  const change = was === null ? '' : `  (${value > was ? '+' : '−'}${Math.abs(value - was)})`;
  item.id = `counter-${name}`;
  item.description = `${value}${change}`;
  item.tooltip = title;
  item.accessibilityInformation = { label: `${title}: ${value}${change}` };
  return item;
}

export function moreItem(left: number): TreeItem {
  const item = new TreeItem(`${left} earlier events…`);
  item.id = 'more';
  item.iconPath = new ThemeIcon('ellipsis');
  item.command = { command: panelCommands.moreSimulatedEvents, title: 'Show Earlier Events' };
  return item;
}
