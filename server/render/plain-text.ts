import { type Answer, lineText, type Table } from './answer';

/** An answer for clients and terminals that show no Markdown. */
export function answerPlainText(answer: Answer): string {
  const blocks = [
    answer.ahead ? `! ${lineText(answer.ahead)}` : '',
    [lineText(answer.headline), ...answer.meaning.map(lineText)].join('\n'),
    answer.warnings.map((line) => `! ${lineText(line)}`).join('\n'),
    answer.table && answer.table.rows.length > 0 ? tableText(answer.table) : '',
    answer.below ? tableText(answer.below) : '',
    answer.everyBit ? lineText(answer.everyBit) : '',
    answer.notes.map(lineText).join('\n'),
    answer.basis,
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** Columns aligned with blanks, the last one free; an empty head is left out. */
export function tableText(table: Table): string {
  const rows = [
    ...(table.head.some((title) => lineText(title) !== '') ? [table.head.map(lineText)] : []),
    ...table.rows.map((cells) => cells.map(lineText)),
  ];
  const widths = table.head.map((_, column) =>
    Math.max(...rows.map((cells) => (cells[column] ?? '').length)),
  );
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
