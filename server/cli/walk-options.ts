import { type Access, accessOptions, parseAccess } from '../../src-core/index';
import { type CliIo, inputProblem, usageProblem } from './command';
import { entryOptionsHelp } from './entry-options';
import { linesOf } from './lines';
import { sourceOptionsHelp } from './source-options';
import { tableOptions } from './table-options';

/** Options of an access, each by its own name; a flag may be negated: `--no-nxe`. */
const accessFlags = Object.fromEntries(
  accessOptions.map(({ name, kind }) => [name, { type: kind === 'flag' ? 'boolean' : 'string' }]),
) as Record<string, { type: 'boolean' | 'string' }>;

/** Options of `walk`; those of an access stand apart, because their names come from the core. */
export const walkOptions = {
  ...tableOptions,
  address: { type: 'string', multiple: true },
  'addresses-from': { type: 'string' },
  second: { type: 'string' },
  'second-format': { type: 'string' },
  'second-levels': { type: 'string' },
  access: { type: 'string' },
} as const;

/** All of them together, for the parser. */
export const parsedWalkOptions = { ...accessFlags, ...walkOptions };

export const walkHelp = `
SOURCE                 a text with dumps, a raw image (file offset = physical address), or a JSON
                       index beside its .bin; several make one memory; - is standard input
--address A            address to walk; may be given more than once
--addresses-from FILE  one address a line; - is standard input
--root PA              root table: an address, or a whole CR3, nCR3 or EPTP value
--levels N             number of levels
${sourceOptionsHelp}
--second ROOT --second-format NAME [--second-levels N]
                       second dimension: GVA → GPA → HPA
arm64:
--granule 4K|16K|64K --ia-bits N
--ttbr V --tcr V [--mair V] [--regime NAME]    stage 1; --half high for TTBR1
--vttbr V --vtcr V [--hcr V]                   stage 2; with both pairs: both stages
--access read|write|execute                    would this access fault, and with what?
${accessOptions.map(({ name, help }) => `  --${name.padEnd(20)} ${help}`).join('\n')}
${entryOptionsHelp}

Root, format and levels that are not given are taken from the text's comment line, else detected.
Levels are counted as KVM counts (1 is the smallest page), for arm64 as the architecture does.
`;

type Given = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** The access that options describe; `undefined`: none is asked about. */
export function accessOf(given: Given): Access | undefined {
  const values = Object.fromEntries(
    accessOptions.map(({ name }) => {
      const value = given[name];
      return [name, typeof value === 'string' || typeof value === 'boolean' ? value : undefined];
    }),
  );
  const type = given.access;
  if (typeof type !== 'string') {
    const stray = accessOptions.find(({ name }) => values[name] !== undefined);
    if (stray) throw usageProblem(`--${stray.name} says something about an access: --access TYPE`);
    return undefined;
  }
  const access = parseAccess(type, values);
  if ('problems' in access) throw usageProblem(access.problems.join('; '));
  return access.access;
}

/** Sources and addresses of the command line: an address among the sources is an address. */
export function sortPositionals(positionals: readonly string[]): {
  sources: string[];
  addresses: string[];
} {
  const isAddress = (text: string): boolean => /^0x[0-9a-f_]+$/i.test(text);
  return {
    sources: positionals.filter((text) => !isAddress(text)),
    addresses: positionals.filter(isAddress),
  };
}

/** The addresses of a file, one a line; blank lines and what follows `#` do not count. */
export async function* addressesFrom(
  file: string,
  io: CliIo,
  open: (file: string) => AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const bytes = file === '-' ? io.stdin() : open(file);
  try {
    for await (const line of linesOf(bytes)) {
      const text = line.replace(/#.*/, '').trim();
      if (text !== '') yield text;
    }
  } catch (error) {
    throw inputProblem(
      `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
