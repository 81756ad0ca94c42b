import type { WalkReply, WalkRow } from '../../server/protocol';
import { commands } from '../names';
import {
  type DimensionGrid,
  dimensionGrid,
  type GridRow,
  levelName,
} from '../walks/dimension-grid';
import { lookOf } from '../walks/kind-looks';

/**
 * A walk in two dimensions as a page: a row for each read of the guest's tables, a column for each
 * level under it, every reference to memory with its number. It has no scripts; places in the dump
 * are command links. Colours are the theme's.
 * @param nonce of the page's own style
 * @returns `undefined`: the walk went through one dimension
 */
export function dimensionsPicture(reply: WalkReply, nonce: string): string | undefined {
  const grid = dimensionGrid(reply);
  if (!grid) return undefined;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}';">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>Two Dimensions</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<h1>${escape(heading(reply))}</h1>
<p>${escape(reply.summary)}</p>
<table>
<caption>${escape(caption(grid))}</caption>
${headerOf(grid)}
${grid.rows.map((row) => bodyRow(grid, reply, row)).join('\n')}
</table>
${reply.findings.map(({ severity, message }) => `<p>${escape(`${severity}: ${message}`)}</p>`).join('\n')}
</body>
</html>`;
}

function heading({ address, physical, second }: WalkReply): string {
  const [first, between, last] = second?.addresses ?? ['', '', ''];
  const middle = second?.intermediate ?? null;
  const way = [`${first} ${address}`];
  if (middle !== null) way.push(`${between} ${middle}`);
  if (physical !== null) way.push(`${last} ${physical}`);
  return way.join(' → ');
}

function caption({ guest, under }: DimensionGrid): string {
  return (
    `Down: what is read of the ${guest} tables. Across: the ${under} entries that must be read ` +
    'before, to find it. Numbers say the order.'
  );
}

function headerOf({ columns, under, guest }: DimensionGrid): string {
  const cells = columns.map(
    (column) => `<th scope="col">${escape(`${under} ${column}`.trim())}</th>`,
  );
  return `<tr><th scope="col">address</th>${cells.join('')}<th scope="col">${escape(`${guest} entry`)}</th></tr>`;
}

function bodyRow(grid: DimensionGrid, reply: WalkReply, { under, guest }: GridRow): string {
  const [, between, last] = reply.second!.addresses;
  const wanted = guest?.entryAddress ?? reply.second!.intermediate ?? '';
  const name = guest ? `${grid.guest} ${levelName(guest)} [${String(guest.index)}]` : 'the page';
  const head = `<th scope="row">${escape(name)}<br><span class="quiet">${escape(`${between} ${wanted}`)}</span></th>`;
  const missing = grid.columns.length - under.length;
  const cells = under.map((row, column) => {
    // An entry that ends the walk early, a large page, reaches over the columns it saves.
    const wide = column === under.length - 1 && missing > 0 ? missing + 1 : 1;
    return cellOf(row, wide);
  });
  const empty = under.length === 0 ? `<td colspan="${String(grid.columns.length)}"></td>` : '';
  const end = guest
    ? cellOf(guest, 1)
    : `<td class="end">${escape(reply.physical === null ? '' : `${last} ${reply.physical}`)}</td>`;
  return `<tr>${head}${cells.join('')}${empty}${end}</tr>`;
}

function cellOf(row: WalkRow, wide: number): string {
  const { reference, index, entry, entryAddress, kind, meaning, place, table } = row;
  const look = lookOf(kind);
  const title = `${row.title}, entry ${String(index)} of the table at ${table}, at ${entryAddress}: ${meaning}`;
  const value = escape(entry ?? 'cannot be read');
  const link = place
    ? `<a href="${escape(`command:${commands.showPlace}?${encodeURIComponent(JSON.stringify([place]))}`)}">${value}</a>`
    : value;
  const span = wide > 1 ? ` colspan="${String(wide)}"` : '';
  const who = reference?.dimension === 1 ? ' guest' : '';
  // That an entry leads to a table its value says; what a leaf allows, or why the walk ends, does not.
  const more = look.mark === 'path' ? '' : `<br><span class="quiet more">${escape(meaning)}</span>`;
  return (
    `<td class="${look.mark}${who}"${span} title="${escape(title)}">` +
    `<span class="number">${String(reference?.number ?? '')}</span> <span class="quiet">[${String(index)}] ${escape(look.word)}</span><br>` +
    `<code>${link}</code>${more}</td>`
  );
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** Theme colours only; `contrastBorder` is there in high-contrast themes alone. */
const style = `
body { color: var(--vscode-foreground); font-family: var(--vscode-font-family);
  font-size: var(--vscode-font-size); padding: 0 1em 1em; }
h1 { font-size: 1.3em; font-weight: 600; }
table { border-collapse: separate; border-spacing: 4px; }
caption { text-align: left; color: var(--vscode-descriptionForeground); padding: 0 0 .5em 4px; }
th { text-align: left; font-weight: 600; padding: .2em .5em; vertical-align: top; white-space: nowrap; }
td { border: 1px solid var(--vscode-contrastBorder, var(--vscode-panel-border));
  border-left: 4px solid var(--vscode-panel-border); padding: .3em .5em; vertical-align: top; white-space: nowrap; }
td .more { white-space: normal; }
td.path { border-left-color: var(--vscode-charts-blue); }
td.leaf { border-left-color: var(--vscode-charts-green); }
td.stop { border-left-color: var(--vscode-charts-red); }
td.guest, td.end { min-width: 10em; }
td.guest { border-width: 2px; border-left-width: 6px; }
td.end { border-style: dashed; font-weight: 600; }
code { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }
.number { display: inline-block; min-width: 1.4em; padding: 0 .3em; border-radius: .8em; text-align: center;
  background: var(--vscode-badge-background); color: var(--vscode-badge-foreground);
  border: 1px solid var(--vscode-contrastBorder, transparent); }
.quiet { color: var(--vscode-descriptionForeground); font-size: .9em; }
a { color: var(--vscode-textLink-foreground); }
`;
