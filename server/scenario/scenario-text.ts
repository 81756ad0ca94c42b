import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  parseTree,
  type ParseError,
  printParseErrorCode,
} from 'jsonc-parser';

import { type JsonProblem, readScenario, type Scenario } from '../../src-core/index';

/** Something wrong in a scenario's text, from one offset to another. */
export interface ScenarioProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** An editor that validates by the schema says it as well. */
  readonly saidBySchema: boolean;
}

/** A scenario's text, read: what it states, or what is wrong with it. */
export interface ScenarioText {
  readonly scenario: Scenario | null;
  readonly problems: readonly ScenarioProblem[];
}

/** The documents that hold scenarios, by name: `*.pagewalk.json`. */
export function isScenarioUri(uri: string): boolean {
  return uri.split(/[?#]/)[0]!.endsWith('.pagewalk.json');
}

/** Reads a scenario from its text; each problem has its place there. */
export function readScenarioText(text: string): ScenarioText {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const syntax = errors.map(({ error, offset, length }) => ({
    start: offset,
    end: offset + Math.max(1, length),
    message: sentenceOf(printParseErrorCode(error)),
    saidBySchema: true,
  }));
  if (!tree || syntax.length > 0) {
    const nothing = { start: 0, end: 0, message: 'the file is empty', saidBySchema: false };
    return { scenario: null, problems: syntax.length > 0 ? syntax : [nothing] };
  }
  const read = readScenario(getNodeValue(tree));
  if (!('problems' in read)) return { scenario: read, problems: [] };
  return { scenario: null, problems: read.problems.map((problem) => placed(tree, problem)) };
}

function placed(tree: Node, { pointer, message, ofForm }: JsonProblem): ScenarioProblem {
  const { node, missing } = nodeAt(tree, segmentsOf(pointer));
  const { start, end } = rangeOf(node);
  const what = missing === '' ? message : `'${missing}': ${message}`;
  return { start, end, message: what, saidBySchema: ofForm === true };
}

/** The value that a path leads to, or the last one on the way and the rest of the path. */
function nodeAt(tree: Node, segments: readonly string[]): { node: Node; missing: string } {
  for (let length = segments.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, segmentsIn(tree, segments.slice(0, length)));
    if (node) return { node, missing: segments.slice(length).join('/') };
  }
  return { node: tree, missing: segments.join('/') };
}

/** Where a value is shown: all of it, if it is short, else its name, else where it begins. */
function rangeOf(node: Node): { start: number; end: number } {
  const long = node.type === 'object' || node.type === 'array';
  const name = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
  const shown = long ? name : node;
  return shown
    ? { start: shown.offset, end: shown.offset + shown.length }
    : { start: node.offset, end: node.offset + 1 };
}

function segmentsOf(pointer: string): string[] {
  const [, ...segments] = pointer.split('/');
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Segments as the tree wants them: numbers where they lead into a list. */
function segmentsIn(tree: Node, segments: readonly string[]): (string | number)[] {
  const path: (string | number)[] = [];
  for (const segment of segments) {
    const inList = findNodeAtLocation(tree, path)?.type === 'array';
    path.push(inList ? Number(segment) : segment);
  }
  return path;
}

/** `CommaExpected` as words. */
function sentenceOf(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
