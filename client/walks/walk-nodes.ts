import type { WalkReply, WalkRow } from '../../server/protocol';
import { type AccessDetail, accessDetails, type AskedAccess } from './asked-access';
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
export interface AccessNode {
  readonly kind: 'access';
  readonly id: string;
  readonly walk: WalkRecord;
  readonly asked: AskedAccess;
}
export interface AccessDetailNode {
  readonly kind: 'access-detail';
  readonly id: string;
  readonly walk: WalkRecord;
  readonly asked: AskedAccess;
  readonly detail: AccessDetail;
}

/** A row of the Walks view. */
export type WalksNode =
  WalkNode | LevelNode | FindingNode | DumpCommandNode | AccessNode | AccessDetailNode;

export function walkNode(walk: WalkRecord): WalkNode {
  return { kind: 'walk', id: walk.id, walk };
}

/** What stands under a row; most have nothing. */
export function childrenOf(node: WalksNode): WalksNode[] {
  if (node.kind === 'walk') return partsOf(node);
  if (node.kind !== 'access') return [];
  const { id, walk, asked } = node;
  return accessDetails(asked).map((detail, index) => ({
    kind: 'access-detail',
    id: `${id}/${String(index)}`,
    walk,
    asked,
    detail,
  }));
}

/** The row above a row; `undefined`: none. */
export function parentOf(node: WalksNode): WalksNode | undefined {
  if (node.kind === 'walk') return undefined;
  const { walk } = node;
  if (node.kind !== 'access-detail') return walkNode(walk);
  return { kind: 'access', id: node.asked.id, walk, asked: node.asked };
}

/**
 * A walk's levels from the root down, the accesses asked about, what is wrong, and what would help.
 */
function partsOf({ walk }: WalkNode): WalksNode[] {
  const { rows, findings, dumpCommands } = walk.reply;
  return [
    ...rows.map((row, index): LevelNode => ({
      kind: 'level',
      id: `${walk.id}/level-${String(row.level)}-${String(index)}`,
      walk,
      row,
    })),
    ...walk.accesses.map((asked): AccessNode => ({ kind: 'access', id: asked.id, walk, asked })),
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
