import {
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
} from 'vscode';

import { commands } from '../names';
import { referenceLabel } from '../walks/dimension-grid';
import { lookOf } from '../walks/kind-looks';
import type { WalkRecord } from '../walks/walk-list';
import type {
  DumpCommandNode,
  FindingNode,
  LevelNode,
  WalkNode,
  WalksNode,
} from '../walks/walk-nodes';
import { accessDetailItem, accessItem, accessTooltip, decidesMark } from './access-tree-item';

/** A row of the Walks view, without its tooltip: that is built when it is asked for. */
export function walkTreeItem(node: WalksNode): TreeItem {
  const item = makers[node.kind](node as never);
  item.id = node.id;
  return item;
}

const makers = {
  walk: walkItem,
  level: levelItem,
  finding: findingItem,
  'dump-command': dumpCommandItem,
  access: accessItem,
  'access-detail': accessDetailItem,
};

function walkItem({ walk }: WalkNode): TreeItem {
  const { address, physical, status, format, summary, second } = walk.reply;
  const look = lookOf(status);
  const target = physical ?? look.word;
  const item = new TreeItem(`${address} → ${target}`, TreeItemCollapsibleState.Expanded);
  const tables = second ? `${format} over ${second.format}` : format;
  item.description = `${walk.stale ? 'dump changed since · ' : ''}${tables} · ${fileName(walk)}`;
  item.iconPath = walk.stale ? new ThemeIcon('history') : icon(status);
  item.contextValue = `walk${second ? '.nested' : ''}${walk.stale ? '.stale' : ''}`;
  item.accessibilityInformation = { label: `Walk: ${summary}${walk.stale ? ' Outdated.' : ''}` };
  return item;
}

function levelItem({ row, walk }: LevelNode): TreeItem {
  const item = new TreeItem(`${referenceLabel(row)} [${String(row.index)}] ${row.meaning}`);
  const mark = decidesMark(row, walk);
  item.description = [mark, row.entry ?? '', `at ${row.entryAddress}`]
    .filter((text) => text !== '')
    .join(' ');
  item.iconPath = icon(row.kind);
  item.contextValue = row.place ? 'level.placed' : 'level';
  item.accessibilityInformation = {
    label:
      `${row.reference ? `Reference ${String(row.reference.number)}, ${row.reference.name}, ` : ''}${row.title}, index ${String(row.index)}, ${lookOf(row.kind).word}: ${row.meaning}. ` +
      `Entry ${row.entry ?? 'unknown'} at ${row.entryAddress}. ${mark}`.trim(),
  };
  if (row.place && !walk.stale)
    item.command = {
      command: commands.showPlace,
      title: 'Show in the Dump',
      arguments: [row.place],
    };
  return item;
}

const severities: Readonly<Record<string, readonly [icon: string, color: string]>> = {
  error: ['error', 'problemsErrorIcon.foreground'],
  warning: ['warning', 'problemsWarningIcon.foreground'],
  info: ['info', 'problemsInfoIcon.foreground'],
};

function findingItem({ finding }: FindingNode): TreeItem {
  const [name, color] = severities[finding.severity] ?? severities.info!;
  const item = new TreeItem(finding.message);
  item.iconPath = new ThemeIcon(name, new ThemeColor(color));
  item.contextValue = 'finding';
  item.accessibilityInformation = { label: `${finding.severity}: ${finding.message}` };
  return item;
}

function dumpCommandItem(node: DumpCommandNode): TreeItem {
  const item = new TreeItem(node.command);
  item.description = node.tool;
  item.iconPath = new ThemeIcon('terminal');
  item.contextValue = 'dump-command';
  item.accessibilityInformation = {
    label: `To dump what is missing, in ${node.tool}: ${node.command}`,
  };
  return item;
}

/** What a row says when the pointer rests on it: a level shows the hover's own decode. */
export function walkTooltip(node: WalksNode): MarkdownString {
  switch (node.kind) {
    case 'walk':
      return walkSummary(node);
    case 'level':
      return new MarkdownString(node.row.markdown === '' ? placeLine(node) : node.row.markdown);
    case 'finding':
      return new MarkdownString().appendText(node.finding.message);
    case 'dump-command':
      return new MarkdownString()
        .appendText(`This prints the table that the dump lacks (${node.tool}):`)
        .appendCodeblock(node.command, 'text');
    case 'access':
    case 'access-detail':
      return accessTooltip(node);
  }
}

function walkSummary({ walk }: WalkNode): MarkdownString {
  const { summary, format, levels, root, findings, accesses, second } = walk.reply;
  const under = second
    ? ` over root ${second.root} (${second.format}, ${String(second.levels)} levels)`
    : '';
  const from = `From root ${root} (${format}, ${String(levels)} levels)${under} in ${fileName(walk)}.`;
  const text = new MarkdownString().appendText(summary).appendMarkdown('\n\n').appendText(from);
  for (const line of accesses) text.appendMarkdown('\n\n').appendText(line);
  for (const { severity, message } of findings)
    text.appendMarkdown('\n\n').appendText(`${severity}: ${message}`);
  if (walk.stale)
    text.appendMarkdown('\n\n').appendText('The dump was changed since this walk. Walk again.');
  return text;
}

/** The file's name; of a trace, with the moment that was asked about. */
function fileName({ question }: WalkRecord): string {
  const name = Uri.parse(question.uri).path.split('/').at(-1) ?? '';
  return question.line === undefined ? name : `${name} as of line ${String(question.line + 1)}`;
}

function placeLine({ row }: LevelNode): string {
  return `${row.title}, index ${String(row.index)} of the table at \`${row.table}\``;
}

function icon(kind: string): ThemeIcon {
  const look = lookOf(kind);
  return new ThemeIcon(
    look.icon,
    look.color === undefined ? undefined : new ThemeColor(look.color),
  );
}
