import type { AuditLeaves, LeafClass } from './audit-leaves';
import type { TableGraph } from './table-graph';

/** Is told of a leaf, and of another of other rights or another memory type for the same frame. */
export type AliasReceiver = (leaf: number, other: number, differ: 'rights' | 'memoryType') => void;

/** Digits of the sort: three passes reach 2^33 pages, four 2^44. */
const digitBits = 11;
const digits = 1 << digitBits;
/** Leaves looked at between two pauses. */
const stretch = 0x8000;

/**
 * Looks for frames that leaves map in different ways. Leaves are taken in order of their frames,
 * large pages first, so that those around one are all that can overlap it.
 */
export function* findAliases(
  graph: TableGraph,
  leaves: AuditLeaves,
  receive: AliasReceiver,
): Generator<void> {
  const sorted = yield* sortedByPage(graph, leaves);
  const { classes } = leaves;
  const open: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < sorted.length; at++) {
    if (at % stretch === stretch - 1) yield;
    const leaf = sorted[at]!;
    const page = leaves.page.at(leaf);
    while (ends.length > 0 && ends.at(-1)! <= page) {
      ends.pop();
      open.pop();
    }
    const own = classes[leaves.class.at(leaf)]!;
    let same = false;
    for (const other of open) {
      const theirs = classes[leaves.class.at(other)]!;
      same ||= theirs.rights === own.rights && theirs.memoryType === own.memoryType;
    }
    if (open.length > 0) tellDifferences(leaves, leaf, own, open, receive);
    if (same) continue;
    open.push(leaf);
    ends.push(page + pagesOf(graph, leaves, leaf));
  }
}

function tellDifferences(
  leaves: AuditLeaves,
  leaf: number,
  own: LeafClass,
  open: readonly number[],
  receive: AliasReceiver,
): void {
  const unlike = (differ: 'rights' | 'memoryType') =>
    open.find((other) => leaves.classes[leaves.class.at(other)]![differ] !== own[differ]);
  for (const differ of ['rights', 'memoryType'] as const) {
    const other = unlike(differ);
    if (other !== undefined) receive(leaf, other, differ);
  }
}

function pagesOf(graph: TableGraph, leaves: AuditLeaves, leaf: number): number {
  const level = graph.level.at(leaves.table.at(leaf));
  return 2 ** (graph.compiled.rules[level - 1]!.shift - 12);
}

/** Numbers of the leaves by page, those of higher levels first, by radix sort. */
function* sortedByPage(graph: TableGraph, leaves: AuditLeaves): Generator<void, Uint32Array> {
  const pages = leaves.page.values;
  const levels = graph.compiled.rules.length;
  const count = pages.length;
  let order = new Uint32Array(count);
  let room = new Uint32Array(count);
  let highest = 0;
  for (let leaf = 0; leaf < count; leaf++) {
    order[leaf] = leaf;
    if (pages[leaf]! > highest) highest = pages[leaf]!;
  }
  yield;
  yield* sortPass(order, room, (leaf) => levels - graph.level.at(leaves.table.at(leaf)));
  [order, room] = [room, order];
  for (let step = 1; step <= highest; step *= digits) {
    yield* sortPass(order, room, (leaf) => Math.floor(pages[leaf]! / step) % digits);
    [order, room] = [room, order];
  }
  return order;
}

/** Places numbers by one digit; those of the same digit stay in order. */
function* sortPass(
  from: Uint32Array,
  to: Uint32Array,
  digitOf: (leaf: number) => number,
): Generator<void> {
  const starts = new Uint32Array(digits + 1);
  for (let at = 0; at < from.length; at++) {
    starts[digitOf(from[at]!) + 1]!++;
    if (at % stretch === stretch - 1) yield;
  }
  for (let digit = 1; digit <= digits; digit++) starts[digit]! += starts[digit - 1]!;
  for (let at = 0; at < from.length; at++) {
    to[starts[digitOf(from[at]!)]!++] = from[at]!;
    if (at % stretch === stretch - 1) yield;
  }
}
