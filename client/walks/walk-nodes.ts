import type { WalkReply, WalkRow } from '../../server/protocol';
import type { WalkRecord } from './walk-list';

export interface WalkNode {
  readonly kind: 'walk';
  readonly id: string;
  readonly walk: WalkRecord;
}
export interface LevelNode {
  readonly kind: 'level';
  readonly id: string;
  readonly walk: WalkRecord;
  readonly row: WalkRow;
}
export interface FindingNode {
  readonly kind: 'finding';
  readonly id: string;
  readonly walk: WalkRecord;
  readonly finding: WalkReply['findings'][number];
}
export interface DumpCommandNode {
  readonly kind: 'dump-command';
  readonly id: string;
  readonly walk: WalkRecord;
  readonly tool: string;
  readonly command: string;
}

/** A row of the Walks view. */
export type WalksNode = WalkNode | LevelNode | FindingNode | DumpCommandNode;

export function walkNode(walk: WalkRecord): WalkNode {
  return { kind: 'walk', id: walk.id, walk };
}

/** What stands under a walk: its levels from the root down, what is wrong, and what would help. */
export function childrenOf({ walk }: WalkNode): WalksNode[] {
  const { rows, findings, dumpCommands } = walk.reply;
  return [
    ...rows.map((row, index): LevelNode => ({
      kind: 'level',
      id: `${walk.id}/level-${String(row.level)}-${String(index)}`,
      walk,
      row,
    })),
    ...findings.map((finding, index): FindingNode => ({
      kind: 'finding',
      id: `${walk.id}/finding-${String(index)}`,
      walk,
      finding,
    })),
    ...dumpCommands.map(({ tool, command }): DumpCommandNode => ({
      kind: 'dump-command',
      id: `${walk.id}/dump-${tool}`,
      walk,
      tool,
      command,
    })),
  ];
}

/** The row a command was given by the view; `undefined` for anything else. */
export function asNode(given: unknown): WalksNode | undefined {
  const node = given as Partial<WalksNode> | null | undefined;
  return node && typeof node === 'object' && 'kind' in node && 'walk' in node
    ? (node as WalksNode)
    : undefined;
}
