import type {
  CallHierarchyIncomingCall,
  CallHierarchyIncomingCallsParams,
  CallHierarchyItem,
  CallHierarchyOutgoingCall,
  CallHierarchyOutgoingCallsParams,
  CallHierarchyPrepareParams,
  Range,
} from 'vscode-languageserver';

import { cyclicChild, type TableGraph } from '../../src-core/index';
import { itemAt, tableItem, targetOfItem } from '../call-items';
import type { FileView } from '../file-view';
import { rangeOfPlace } from '../locations';
import type { TableChoice } from '../table-choice';
import { wholeGraph } from '../table-graphs';
import { placeOfWord } from '../text-places';
import type { Feature } from './feature';

/** From a leaf up to its root: the table an item stands in calls it; a table calls its children. */
export const callHierarchy: Feature = {
  capabilities: { callHierarchyProvider: true },
  register({ connection, view, safely }) {
    const { callHierarchy: hierarchy } = connection.languages;
    hierarchy.onPrepare(
      safely<CallHierarchyPrepareParams, CallHierarchyItem[] | null>(
        'prepareCallHierarchy',
        null,
        async ({ textDocument, position }) => {
          const file = await view(textDocument.uri);
          const item = file && itemAt(file, position.line, position.character);
          return item ? [item] : null;
        },
      ),
    );
    hierarchy.onIncomingCalls(
      safely<CallHierarchyIncomingCallsParams, CallHierarchyIncomingCall[] | null>(
        'incomingCalls',
        null,
        async ({ item }) => {
          const file = await view(item.uri);
          return file ? parentsOf(file, item) : null;
        },
      ),
    );
    hierarchy.onOutgoingCalls(
      safely<CallHierarchyOutgoingCallsParams, CallHierarchyOutgoingCall[] | null>(
        'outgoingCalls',
        null,
        async ({ item }) => {
          const file = await view(item.uri);
          return file ? childrenOf(file, item) : null;
        },
      ),
    );
  },
};

/** The tables that point at an item, with the entries that do. */
export function parentsOf(view: FileView, item: CallHierarchyItem): CallHierarchyIncomingCall[] {
  const target = targetOfItem(item);
  const { tables } = view;
  if (!target || 'problem' in tables) return [];
  if (target.leaf !== null) {
    return callsBy(view, tables, [[Number(target.table), [target.leaf]]]).map((call) => ({
      from: call.item,
      fromRanges: call.ranges,
    }));
  }
  const graph = wholeGraph(tables);
  const table = graph.find(Number(target.table));
  if (table < 0) return [];
  const parents = new Map<number, bigint[]>();
  for (const entry of graph.incoming(table)) {
    const parent = graph.address.at(graph.parent.at(entry));
    parents.set(parent, [...(parents.get(parent) ?? []), BigInt(graph.entryAddress(entry))]);
  }
  return callsBy(view, tables, parents).map(({ item: from, ranges: fromRanges }) => ({
    from,
    fromRanges,
  }));
}

/** The tables that an item points at, with the entries that do. */
export function childrenOf(view: FileView, item: CallHierarchyItem): CallHierarchyOutgoingCall[] {
  const target = targetOfItem(item);
  const { tables } = view;
  if (!target || target.leaf !== null || 'problem' in tables) return [];
  const graph = wholeGraph(tables);
  const table = graph.find(Number(target.table));
  if (table < 0) return [];
  return callsBy(view, tables, entriesByChild(graph, table)).map(
    ({ item: to, ranges: fromRanges }) => ({ to, fromRanges }),
  );
}

function entriesByChild(graph: TableGraph, table: number): Map<number, bigint[]> {
  const children = new Map<number, bigint[]>();
  const end = graph.firstEntry.at(table + 1);
  for (let entry = graph.firstEntry.at(table); entry < end; entry++) {
    const child = graph.child.at(entry);
    if (child >= cyclicChild) continue;
    const address = graph.address.at(child);
    children.set(address, [...(children.get(address) ?? []), BigInt(graph.entryAddress(entry))]);
  }
  return children;
}

/** Tables by address with entries each, as items with the places of the entries. */
function callsBy(
  view: FileView,
  tables: TableChoice,
  calls: Iterable<readonly [table: number, entries: readonly bigint[]]>,
): { readonly item: CallHierarchyItem; readonly ranges: Range[] }[] {
  return [...calls].flatMap(([address, entries]) => {
    const table = tables.tree.byAddress.get(address);
    const item = table && tableItem(view, tables, table);
    if (!item) return [];
    const ranges = entries.flatMap((entry) => {
      const place = placeOfWord(view, entry);
      return place ? [rangeOfPlace(place)] : [];
    });
    return [{ item, ranges }];
  });
}
