import type { Answer, Line, Link, Piece, Table } from './answer';

/**
 * An answer as Markdown. Nothing in it depends on links or HTML: the text stands alone.
 * @param commandLinks the client runs `command:` links
 */
export function answerMarkdown(answer: Answer, commandLinks = false): string {
  const blocks = [
    ...(answer.ahead ? [`⚠ ${lineMarkdown(answer.ahead)}`] : []),
    lineMarkdown(answer.headline),
    ...(answer.meaning.length > 0 ? [answer.meaning.map(lineMarkdown).join('  \n')] : []),
    ...answer.warnings.map((line) => `⚠ ${lineMarkdown(line)}`),
    ...(answer.table && answer.table.rows.length > 0 ? [tableMarkdown(answer.table)] : []),
    ...(answer.below ? [tableMarkdown(answer.below)] : []),
    ...(answer.everyBit ? [lineMarkdown(answer.everyBit)] : []),
    ...answer.notes.map(lineMarkdown),
    ...(answer.basis === '' ? [] : [`*${escapeMarkdown(answer.basis)}*`]),
    ...(commandLinks && answer.links.length > 0
      ? [answer.links.map(linkMarkdown).join(' · ')]
      : []),
  ];
  return blocks.join('\n\n');
}

function linkMarkdown({ text, command, argument }: Link): string {
  const given = argument === undefined ? '' : `?${encodeURIComponent(JSON.stringify([argument]))}`;
  // A closing parenthesis would end the link.
  return `[${escapeMarkdown(text)}](command:${command}${given.replace(/[()]/g, percentEncoded)})`;
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

/** A line with its marks. */
export function lineMarkdown(line: Line): string {
  return line.map(pieceMarkdown).join('');
}

function pieceMarkdown(piece: Piece): string {
  if (typeof piece === 'string') return escapeMarkdown(piece);
  if ('code' in piece) return codeSpan(piece.code);
  // Blanks inside the marks would keep them from being read as marks.
  const [, before, text, after] = /^(\s*)(.*?)(\s*)$/s.exec(piece.strong)!;
  return text === '' ? piece.strong : `${before!}**${escapeMarkdown(text!)}**${after!}`;
}

function tableMarkdown(table: Table): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(table.head.map(lineMarkdown)),
    row(table.head.map(() => '---')),
    // In a table a bar ends the cell even within code.
    ...table.rows.map((cells) =>
      row(cells.map((cell) => lineMarkdown(cell).replace(/(?<!\\)\|/g, '\\|'))),
    ),
  ].join('\n');
}

/** Text in which no character is taken for a mark, an HTML tag, a link or a cell's border. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/^(\s*)([#+\-=>])/, '$1\\$2')
    .replace(/\r?\n/g, ' ');
}

/** Text as inline code, whatever back ticks it holds. */
export function codeSpan(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  const longest = Math.max(0, ...(flat.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = flat.startsWith('`') || flat.endsWith('`') || flat.trim() === '' ? ' ' : '';
  return `${fence}${pad}${flat}${pad}${fence}`;
}
