import { formatWord } from '../../src-core/index';
import type { EntryReply } from '../ask-entry';
import { type EntryPlace, findEntry } from '../entry-place';
import { entryRange } from '../entry-range';
import type { FileView } from '../file-view';
import { kernelReadings } from '../kernel-readings';
import { showPlaceCommand, walkCommand } from '../protocol';
import { type Answer, code, type Line, type Link } from '../render/answer';
import { dumpCommands, missingSentence } from '../render/dump-commands';
import { entryAnswer } from '../render/entry';
import { kernelLines } from '../render/other-kernels';
import { levelText } from '../render/quantities';
import { countsText } from '../render/table';
import type { TableChoice } from '../table-choice';
import { placeOfTable } from '../text-places';

/** An entry of the file's tables: what it says, where it stands, and where to go from it. */
export function tableEntryAnswer(
  view: FileView,
  tables: TableChoice,
  reply: EntryReply,
  entryAddress: bigint,
): Answer {
  const place = findEntry(tables, entryAddress);
  return entryAnswer(reply.entry, {
    ...(place && { where: whereLine(tables, place) }),
    notes: [...childNotes(tables, reply, place), ...kernelNotes(reply)],
    links: [
      ...(place ? [walkLink(view, tables, entryRange(tables, place).first)] : []),
      ...childLink(view, reply),
    ],
  });
}

/** What the child table holds, or how to get it where the dump has it not. */
function childNotes(
  tables: TableChoice,
  { entry }: EntryReply,
  place: EntryPlace | undefined,
): Line[] {
  if (!place || entry.kind !== 'table' || entry.address === null) return [];
  const child = tables.tree.byAddress.get(Number(entry.address));
  if (child) return [[`That table: ${countsText(child.counts)}.`]];
  const rule = tables.compiled.rules[place.table.level - 2];
  if (!rule) return [];
  const commands = dumpCommands(entry.address, tables.compiled.entryBytes, 2 ** rule.indexBits);
  return [[missingSentence(entry.address, commands)]];
}

/** "On other kernels: …", where they read the value differently. */
export function kernelNotes({ request }: EntryReply): Line[] {
  const readings = kernelReadings(request);
  const lines = 'problem' in readings ? [] : kernelLines(readings);
  return lines.length === 0 ? [] : [['On other kernels:'], ...lines];
}

/** A link that walks an input address through these tables. */
export function walkLink(view: FileView, tables: TableChoice, input: bigint): Link {
  const address = formatWord(input);
  const { format, levels } = tables;
  return {
    text: `Walk ${format.input} ${address}`,
    command: walkCommand,
    argument: {
      uri: view.uri,
      address,
      root: formatWord(tables.root),
      format: format.name,
      levels,
    },
  };
}

/** A link to a table's first line; none where the file does not have it. */
export function tableLink(view: FileView, table: bigint): Link[] {
  const place = placeOfTable(view, table);
  return place ? [{ text: 'Show table', command: showPlaceCommand, argument: place }] : [];
}

function childLink(view: FileView, { entry }: EntryReply): Link[] {
  return entry.kind === 'table' && entry.address !== null ? tableLink(view, entry.address) : [];
}

function whereLine(tables: TableChoice, place: EntryPlace): Line {
  const { format } = tables;
  const { table, index } = place;
  const { first, last } = entryRange(tables, place);
  return [
    `Entry ${index} of the ${levelText(format.hardware, table.level)} table `,
    code(formatWord(BigInt(table.address))),
    `: ${format.input} `,
    code(formatWord(first)),
    ' – ',
    code(formatWord(last)),
  ];
}
