import {
  formatWord,
  parseWord,
  type PhysicalUse,
  rightsInShort,
  TableGraph,
  whoMaps,
} from '../../src-core/index';
import { counted, levelText } from '../render/quantities';
import { type Command, parseCommandLine, usageProblem } from './command';
import { type Json, levelShown } from './entry-json';
import { entryContext, entryOptionsHelp } from './entry-options';
import { addressBase } from './source-options';
import { readSources } from './sources';
import { tableOptions } from './table-options';
import { sortPositionals } from './walk-options';
import { ownTables, walkSetup } from './walk-setup';

/** `pagewalk who-maps`: from physical memory back to the addresses that lead there. */
export const whoMapsCommand: Command = {
  name: 'who-maps',
  usage: 'SOURCE… ADDRESS… [options]',
  summary: 'which addresses lead to a physical address, and which entries',
  help: `
SOURCE               as for walk
ADDRESS              physical byte address, 0x…
--address A          the same; may be given more than once
--frame PFN          a frame number (4 KiB units) instead; may be given more than once
--root PA --levels N, --granule, --ttbr --tcr, --vttbr --vtcr, --base, --virtual: as for walk
${entryOptionsHelp}

Told are leaves that map the address, entries whose table it lies in, and the root; every way through
shared tables apart. The last line of each address has the sum.`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, {
      ...tableOptions,
      address: { type: 'string', multiple: true },
      frame: { type: 'string', multiple: true },
    });
    const { sources, addresses } = sortPositionals(positionals);
    if (sources.length === 0) throw usageProblem('no SOURCE is given');
    const asked = [
      ...[...addresses, ...(values.address ?? [])].map((text) => wordOf(text)),
      ...(values.frame ?? []).map((text) => wordOf(text) << 12n),
    ];
    if (asked.length === 0) throw usageProblem('no ADDRESS is given: 0x…, or --frame PFN');
    const beyond = asked.find((address) => address >> 52n !== 0n);
    if (beyond !== undefined) {
      throw usageProblem(
        `${formatWord(beyond)} is no physical address: those have 52 bits at most`,
      );
    }
    const context = entryContext(values);
    const source = await readSources(sources, io, 'gpa', addressBase(values));
    for (const note of source.notes) io.complain(`pagewalk who-maps: ${note}`);
    const { tables, first } = ownTables(walkSetup(source, values, context));
    const graph = new TableGraph(tables.memory, first.compiled, first.root);
    if (!values.json && tables.why !== '') await io.write(`${tables.why}\n`);
    for (const address of asked) {
      const { uses, more } = whoMaps(graph, address);
      for (const use of uses) {
        await io.write(
          values.json
            ? `${JSON.stringify({ address: formatWord(address), ...useJson(use, tables.format.name) })}\n`
            : `${useLine(use, tables.format)}\n`,
        );
      }
      const sum = { address: formatWord(address), uses: uses.length, more };
      await io.write(values.json ? `${JSON.stringify(sum)}\n` : sumLine(sum));
    }
    return 0;
  },
};

function wordOf(text: string): bigint {
  const word = parseWord(text);
  if (word === undefined) throw usageProblem(`'${text}' is no 64-bit hexadecimal value`);
  return word;
}

function useJson(use: PhysicalUse, format: string): Record<string, Json> {
  const { kind, level, table, index, entryAddress, entry, first, last, permissions } = use;
  return {
    kind,
    level: levelShown(format, level),
    table: formatWord(table),
    index,
    entry_address: formatWord(entryAddress),
    entry: entry === null ? null : formatWord(entry),
    first: formatWord(first),
    last: formatWord(last),
    permissions: permissions && { ...permissions },
  };
}

type Format = Parameters<typeof levelText>[0];

function useLine(
  { kind, level, table, index, entryAddress, entry, first, last, permissions }: PhysicalUse,
  { hardware, input }: { readonly hardware: Format; readonly input: string },
): string {
  const range = `${input} ${formatWord(first)} – ${formatWord(last)}`;
  if (kind === 'root') return `root      ${levelText(hardware, level)} table ${formatWord(table)}`;
  const rights = permissions ? `  ${rightsInShort(permissions)}` : '';
  const where = `entry ${index} of the ${levelText(hardware, level)} table ${formatWord(table)}`;
  const value = entry === null ? '' : ` (${formatWord(entry)} at ${formatWord(entryAddress)})`;
  return `${kind.padEnd(8)}  ${range}${rights}  ${where}${value}`;
}

function sumLine({
  address,
  uses,
  more,
}: {
  address: string;
  uses: number;
  more: boolean;
}): string {
  const sum =
    uses === 0 ? 'nobody maps it' : `${counted(uses, 'way')}${more ? ' told, and more' : ''}`;
  return `${address}: ${sum}\n`;
}
