import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';

import type { WalkRow } from '../../server/protocol';
import { commands } from '../names';
import { bitsText } from '../walks/asked-access';
import type { WalkRecord } from '../walks/walk-list';
import type { AccessDetailNode, AccessNode } from '../walks/walk-nodes';

/** How an answer is told: icon, theme colour and word. */
const looks = {
  allowed: { icon: 'pass', color: 'charts.green' },
  faults: { icon: 'error', color: 'charts.red' },
  unknown: { icon: 'question', color: undefined },
} as const;

/** The row of an access under its walk; what decides stands below it. */
export function accessItem({ asked, walk }: AccessNode): TreeItem {
  const { question, summary, allowed, why } = asked.reply;
  const look = looks[allowed === null ? 'unknown' : allowed ? 'allowed' : 'faults'];
  const item = new TreeItem(`${question} → ${summary}`, TreeItemCollapsibleState.Expanded);
  item.iconPath = icon(look.icon, look.color);
  item.contextValue = 'access';
  if (walk.stale) item.description = 'dump changed since';
  item.accessibilityInformation = { label: `Access ${question}: ${summary}: ${why}.` };
  return item;
}

/** A row under an access: the reason, or a flag that the CPU would set; it opens its entry's place. */
export function accessDetailItem({ detail, walk }: AccessDetailNode): TreeItem {
  const item = new TreeItem(detail.text);
  item.iconPath = icon(detail.kind === 'decides' ? 'law' : 'edit', undefined);
  item.contextValue = 'access-detail';
  if (detail.entryAddress !== null) item.description = `at ${detail.entryAddress}`;
  const row = walk.reply.rows.find(({ entryAddress }) => entryAddress === detail.entryAddress);
  if (row?.place && !walk.stale)
    item.command = {
      command: commands.showPlace,
      title: 'Show in the Dump',
      arguments: [row.place],
    };
  return item;
}

/** The reason, and the fault's word as the hover tells it. */
export function accessTooltip({ asked }: AccessNode | AccessDetailNode): MarkdownString {
  const { why, fault } = asked.reply;
  const text = new MarkdownString().appendText(`${why}.`);
  return fault ? text.appendMarkdown(`\n\n${fault.markdown}`) : text;
}

/** At the entry that decided the access asked about last: `← decides (bit 1)`. */
export function decidesMark({ entryAddress }: WalkRow, { accesses }: WalkRecord): string {
  const decided = accesses.at(-1)?.reply.decidedBy;
  if (decided?.entryAddress !== entryAddress) return '';
  return `← decides${bitsText(decided.bits)}`;
}

function icon(name: string, color: string | undefined): ThemeIcon {
  return new ThemeIcon(name, color === undefined ? undefined : new ThemeColor(color));
}
