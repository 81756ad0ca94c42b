import type { WalkReply } from '../../server/protocol';

/** A walk as plain text, for a mail or a bug report: the answer, then a line for each level. */
export function walkText({
  summary,
  root,
  format,
  levels,
  rows,
  findings,
  dumpCommands,
  second,
}: WalkReply) {
  const cells = rows.map((row) => [
    row.reference
      ? `${String(row.reference.number)} ${row.reference.name} ${row.title}`
      : row.title,
    `[${String(row.index)}]`,
    `at ${row.entryAddress}`,
    row.entry ?? 'not in this dump',
    row.entry === null ? '' : row.meaning,
  ]);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(0, ...cells.map((cell) => cell[column]!.length)),
  );
  const lines = cells.map((cell) =>
    cell
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [
    summary,
    `root ${root}, ${format}, ${String(levels)} levels`,
    ...(second
      ? [`over root ${second.root}, ${second.format}, ${String(second.levels)} levels`]
      : []),
    ...lines.map((line) => `  ${line}`),
    ...findings.map(({ severity, message }) => `${severity}: ${message}`),
    ...dumpCommands.map(({ tool, command }) => `${tool}: ${command}`),
    '',
  ].join('\n');
}
