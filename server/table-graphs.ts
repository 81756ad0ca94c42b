import { TableGraph } from '../src-core/index';
import type { TableChoice } from './table-choice';

const graphs = new WeakMap<TableChoice, TableGraph>();

/**
 * The graph of a file's tables, made once for each version of the file; it may not be read to its
 * end yet. Whoever needs all of it advances it.
 */
export function growingGraph(tables: TableChoice): TableGraph {
  let graph = graphs.get(tables);
  if (!graph) {
    graph = new TableGraph(tables.memory, tables.compiled, tables.root);
    graphs.set(tables, graph);
  }
  return graph;
}

/** The graph of a file's tables, read to its end. */
export function wholeGraph(tables: TableChoice): TableGraph {
  const graph = growingGraph(tables);
  graph.advance(Infinity);
  return graph;
}
