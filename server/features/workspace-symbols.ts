import {
  SymbolKind,
  type WorkspaceSymbol,
  type WorkspaceSymbolParams,
} from 'vscode-languageserver';

import type { FileView } from '../file-view';
import { locationOf } from '../locations';
import { coveredText, tableName } from '../render/table';
import { placeOfTable } from '../text-places';
import { counted } from '../render/quantities';
import type { Feature } from './feature';

/** Pickers choke on tens of thousands of symbols (microsoft/vscode issue 51236). */
const most = 1000;

/** The tables of all open files by address or level. */
export const workspaceSymbols: Feature = {
  capabilities: { workspaceSymbolProvider: true },
  register({ connection, view, files, safely }) {
    connection.onWorkspaceSymbol(
      safely<WorkspaceSymbolParams, WorkspaceSymbol[]>('workspaceSymbol', [], async ({ query }) => {
        const found: WorkspaceSymbol[] = [];
        let more = 0;
        for (const uri of files()) {
          const file = await view(uri);
          if (file) more += tablesNamed(file, query, found);
        }
        const last = found.at(-1);
        return more > 0 && last
          ? [...found, { ...last, name: `… ${counted(more, 'more table')}`, containerName: '' }]
          : found;
      }),
    );
  },
};

/** Adds the tables of a file whose name has what is asked for; returns how many there was no room for. */
function tablesNamed(view: FileView, query: string, found: WorkspaceSymbol[]): number {
  const { tables } = view;
  if ('problem' in tables) return 0;
  const wanted = query.trim().toLowerCase();
  let more = 0;
  for (const table of tables.tree.byAddress.values()) {
    const name = tableName(tables, table);
    if (!name.toLowerCase().includes(wanted)) continue;
    if (found.length >= most) {
      more++;
      continue;
    }
    const place = placeOfTable(view, BigInt(table.address));
    if (!place) continue;
    found.push({
      name,
      kind: SymbolKind.Array,
      location: locationOf(place),
      containerName: coveredText(tables, table),
    });
  }
  return more;
}
