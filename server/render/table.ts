import { type EntryCounts, formatWord, sizeText, type TableNode } from '../../src-core/index';
import type { TableChoice } from '../table-choice';
import { type Answer, code, type Line, type Link, strong } from './answer';
import { counted } from './quantities';
import { levelText } from './quantities';

/** How a reader names each kind of entry, in the order in which they are told. */
const countNames: readonly (readonly [keyof EntryCounts, string, string])[] = [
  ['tables', 'table', 'tables'],
  ['missing', 'table not in this dump', 'tables not in this dump'],
  ['leaves', 'leaf', 'leaves'],
  ['malformed', 'with reserved bits', 'with reserved bits'],
  ['software', 'not present but not empty', 'not present but not empty'],
  ['empty', 'empty', 'empty'],
  ['unknown', 'entry not in this dump', 'entries not in this dump'],
];

/** What a table's entries are: `3 tables, 17 leaves, 492 empty`. */
export function countsText(counts: Readonly<EntryCounts>): string {
  return countNames
    .filter(([name]) => counts[name] > 0)
    .map(([name, one, many]) => counted(counts[name], one, many))
    .join(', ');
}

/** What a table covers: `GPA 0x40000000 – 0x7fffffff`. */
export function coveredText(tables: TableChoice, table: TableNode): string {
  return `${tables.format.input} ${formatWord(table.first)} – ${formatWord(table.last)}`;
}

/** A table's name in lists: `level 2 (page directory) 0x103000`. */
export function tableName(tables: TableChoice, table: TableNode): string {
  return `${levelText(tables.format.hardware, table.level)} ${formatWord(BigInt(table.address))}`;
}

/** The answer to "what is this table?". */
export function tableAnswer(
  tables: TableChoice,
  table: TableNode,
  links: readonly Link[] = [],
): Answer {
  const { hardware, title } = tables.format;
  const size = sizeText(Number(table.last - table.first + 1n));
  const parent: Line[] = table.parent
    ? [
        [
          `Entry ${table.index} of the ${levelText(hardware, table.parent.level)} table `,
          code(formatWord(BigInt(table.parent.address))),
          ' points here.',
        ],
      ]
    : [['This is the root.']];
  return {
    headline: [
      strong(`${title} table, ${levelText(hardware, table.level)}`),
      ' ',
      code(formatWord(BigInt(table.address))),
    ],
    meaning: [[`covers ${coveredText(tables, table)} (${size})`], [countsText(table.counts)]],
    warnings: [],
    table: null,
    everyBit: null,
    notes: parent,
    basis: tables.why,
    links,
  };
}
