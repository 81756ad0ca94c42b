import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver';

import { directMapsOf, formatWord, setBits, type WordAt } from '../src-core/index';
import { entryAt } from './asked-about';
import { directiveEdit } from './directive-edit';
import { findEntry } from './entry-place';
import type { FileView } from './file-view';
import { copyDumpCommand } from './protocol';
import { dumpCommands } from './render/dump-commands';
import type { TableChoice } from './table-choice';

/** What can be done about a finding of one code. */
type Fixer = (view: FileView, diagnostic: Diagnostic, commandLinks: boolean) => CodeAction[];

/** A file's word that a finding is about, in its tables. */
interface EntryWord {
  readonly tables: TableChoice;
  readonly word: Extract<WordAt, { kind: 'dump-word' }>;
}

const fixers: Readonly<Record<string, Fixer>> = {
  directive: takeOut,
  'reserved-bits': sayWidth,
  'missing-table': copyCommands,
  'virtual-addresses': sayDirectMap,
};

/**
 * What can be done about findings, each with its own edit or command.
 * @param commandLinks the client has our commands
 */
export function quickFixes(
  view: FileView,
  diagnostics: readonly Diagnostic[],
  commandLinks: boolean,
): CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const { code, source } = diagnostic;
    if (source !== 'pagewalk' || typeof code !== 'string' || !Object.hasOwn(fixers, code))
      return [];
    return fixers[code]!(view, diagnostic, commandLinks).map((action) => ({
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      ...action,
    }));
  });
}

/** A word of the comment line that is not understood, with the blanks before it. */
function takeOut(view: FileView, { range }: Diagnostic): CodeAction[] {
  const text = view.index.lineText(range.start.line);
  const word = text.slice(range.start.character, range.end.character);
  const before = text.slice(0, range.start.character).trimEnd().length;
  const start = { line: range.start.line, character: before };
  const edit = { range: { start, end: range.end }, newText: '' };
  return [
    {
      title: `Take '${word}' out of the comment line`,
      edit: { changes: { [view.uri]: [edit] } },
    },
  ];
}

/** A bit that is reserved only because addresses are taken to be narrower than they may be. */
function sayWidth(view: FileView, { range }: Diagnostic): CodeAction[] {
  const found = entryWord(view, range.start.line, range.start.character);
  const width = found?.tables.compiled.shape.cpu.maxPhysBits;
  if (!found || width === undefined) return [];
  const highest = setBits(found.word.value).find((bit) => bit <= 51);
  if (highest === undefined || highest < width) return [];
  const bits = highest + 1;
  const edit = directiveEdit(view.index, { maxphyaddr: String(bits) });
  if (!edit) return [];
  return [
    {
      title: `Say in the comment line that this CPU has ${bits} physical-address bits`,
      edit: { changes: { [view.uri]: [edit] } },
    },
  ];
}

/** Where a kernel maps memory in order, for a dump of virtual addresses. */
function sayDirectMap(view: FileView, { range }: Diagnostic): CodeAction[] {
  const { virtualLine } = view.index;
  if (virtualLine?.line !== range.start.line) return [];
  const { line } = virtualLine;
  return directMapsOf(virtualLine.address).flatMap(({ start, title, needsBase }) => {
    const said = { virtual: formatWord(start), ...(needsBase && { base: '0x40000000' }) };
    const above = view.index.directives().every((placed) => placed.line < line);
    const words = Object.entries(said).map(([key, value]) => `${key}=${value}`);
    const top = { line, character: 0 };
    const edit = above
      ? directiveEdit(view.index, said)
      : { range: { start: top, end: top }, newText: `# pagewalk: ${words.join(' ')}\n` };
    if (!edit) return [];
    const ram = needsBase ? '; change base= to where RAM begins' : '';
    return [
      {
        title: `Say that memory is mapped from ${formatWord(start)} on (${title}${ram})`,
        edit: { changes: { [view.uri]: [edit] } },
      },
    ];
  });
}

/** The command that prints a table which the dump lacks, for each debugger. */
function copyCommands(view: FileView, { range }: Diagnostic, commandLinks: boolean): CodeAction[] {
  const found = entryWord(view, range.start.line, range.start.character);
  if (!found || !commandLinks) return [];
  const { tables, word } = found;
  const level = findEntry(tables, word.word.address)?.table.level ?? 1;
  const table = entryAt(view, tables, word)?.address ?? null;
  const rule = tables.compiled.rules[level - 2];
  if (table === null || !rule) return [];
  const commands = dumpCommands(table, tables.compiled.entryBytes, 2 ** rule.indexBits);
  return commands.map(({ tool, command }) => {
    const title = `Copy the command that dumps the table in ${tool}: ${command}`;
    return { title, command: { title, command: copyDumpCommand, arguments: [command] } };
  });
}

function entryWord(view: FileView, line: number, column: number): EntryWord | undefined {
  const { tables } = view;
  const word = view.index.wordAt(line, column, view.entryBytes);
  return word?.kind === 'dump-word' && !('problem' in tables) ? { tables, word } : undefined;
}
