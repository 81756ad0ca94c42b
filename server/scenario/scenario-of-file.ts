import {
  type MemoryToSimulate,
  scenarioFromMemory,
  scenarioText,
  type TraceTree,
} from '../../src-core/index';
import type { FileView } from '../file-view';
import { isTraceAlone, momentOf, tablesAsOf, type TraceMoment } from '../trace/tables-as-of';
import { tablesToSimulate } from './tables-to-simulate';

export type ScenarioOfFile = { readonly text: string } | { readonly problem: string };

/**
 * A scenario that begins with a file's tables: those of its dumps, or KVM's just after a line of its
 * trace, all address spaces of them.
 * @param line from 0; `null`: the dumps', or the trace's last
 */
export function scenarioOfFile(view: FileView, line: number | null): ScenarioOfFile {
  const name = decodeURIComponent(view.uri.split('/').at(-1)!);
  if (line !== null) return ofTrace(view, line, name);
  if (isTraceAlone(view)) return ofTrace(view, view.index.lineCount - 1, name);
  const { tables } = view;
  if ('problem' in tables) return { problem: capitalised(tables.problem) };
  const read = tablesToSimulate(tables);
  if ('problem' in read) return read;
  return written({ ...read, roots: [{ pa: Number(tables.root), asId: 0 }], source: name });
}

function ofTrace(view: FileView, line: number, name: string): ScenarioOfFile {
  const moment = momentOf(view, line);
  if ('problem' in moment) return moment;
  const told = moment.trees.map((tree) => ({ tree, asOf: tablesAsOf(view, moment, tree) }));
  const known = told.flatMap(({ tree, asOf }) =>
    'problem' in asOf ? [] : [{ tree, asId: tree.asId ?? 0, ...asOf }],
  );
  const [first] = known;
  if (!first) return told[0]!.asOf as { readonly problem: string };
  const read = tablesToSimulate(first.tables);
  if ('problem' in read) return read;
  const memories = known.map(({ tables }) => tables.memory);
  return written({
    ...read,
    memory: together(memories),
    roots: known.map(({ tree, asId, tables, rootUnknown }) => ({
      pa: Number(tables.root),
      asId,
      ...(rootUnknown && { loose: looseEntries(moment, tree) }),
    })),
    source: `${name}, line ${line + 1}`,
  });
}

/** What is known below a root that no line tells of. */
function looseEntries({ state }: TraceMoment, tree: TraceTree) {
  return state.entries(tree).map(({ level, gfn, value }) => ({ level, gfn: Number(gfn), value }));
}

type WordSource = MemoryToSimulate['memory'];

/** Several memories as one; the first that knows a word answers. */
function together(memories: readonly WordSource[]): WordSource {
  return {
    readWord(address, bytes) {
      for (const memory of memories) {
        const word = memory.readWord(address, bytes);
        if (word !== undefined) return word;
      }
      return undefined;
    },
  };
}

function written(given: MemoryToSimulate): ScenarioOfFile {
  const made = scenarioFromMemory(given);
  return 'problem' in made ? made : { text: scenarioText(made.json) };
}

function capitalised(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}
