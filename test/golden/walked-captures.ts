import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { fixturePlace, sharedPlace } from './places';

/** Ground truth for one address; `path` is [level, table, index, entry] from the root down. */
export interface WalkedAddress {
  readonly address: string;
  readonly status: 'mapped' | 'not-present' | 'mmio' | 'reserved';
  readonly level: number;
  readonly physical?: string;
  readonly page_size?: number;
  readonly perms?: Readonly<Record<'r' | 'w' | 'x' | 'u', boolean | undefined>>;
  readonly path: readonly (readonly [number, string, number, string])[];
}

/** Tables of a real machine in one or more forms, and where addresses go through them. */
export interface WalkedTables {
  readonly name: string;
  readonly root: string;
  readonly format: string;
  readonly levels: number;
  /** Files that hold the same tables: JSON index with its image, or a text (maybe its first pages only). */
  readonly sources: readonly string[];
  readonly cases: readonly WalkedAddress[];
}

/** The captures' names of formats, and ours. */
const formats: Readonly<Record<string, readonly [string, number]>> = {
  'NPT-4': ['npt64', 4],
  'NPT-5': ['npt64', 5],
  'EPT-4': ['ept', 4],
  'shadow-64-4': ['shadow64', 4],
  'shadow-PAE': ['pae', 3],
  'shadow-PAE-for-32bit-guest': ['pae', 3],
};

type Row = WalkedAddress & {
  readonly root?: string;
  readonly cr3?: string;
  readonly format?: string;
  readonly gpa?: string;
  readonly gva?: string;
  readonly hpa?: string;
  readonly pa?: string;
};

function readRows(file: string): Row[] {
  return JSON.parse(readFileSync(file, 'utf8')) as Row[];
}

/** The rows of a file by root, as tables to walk. */
function tablesOf(name: string, rows: readonly Row[], sources: readonly string[]): WalkedTables[] {
  const roots = new Map<string, Row[]>();
  for (const row of rows) {
    const root = row.root ?? row.cr3!;
    roots.set(root, [...(roots.get(root) ?? []), row]);
  }
  return [...roots].flatMap(([root, cases]) => {
    const [format, levels] = formats[cases[0]!.format ?? ''] ?? ['guest64', 4];
    return {
      name: `${name} ${root}`,
      root,
      format,
      levels,
      sources,
      cases: cases.map((row) => {
        const physical = row.hpa ?? row.pa;
        return {
          ...row,
          address: row.gpa ?? row.gva!,
          ...(physical !== undefined && { physical }),
        };
      }),
    };
  });
}

function present(folder: string, names: readonly string[]): string[] {
  return names.map((name) => path.join(folder, name)).filter((file) => existsSync(file));
}

function readCapture(folder: string, run: string): WalkedTables[] {
  const own = path.join(folder, 'translations.json');
  const host = path.join(folder, 'host', 'host-translations.json');
  return [
    ...(existsSync(own) && existsSync(path.join(folder, 'tables.json'))
      ? tablesOf(
          run,
          readRows(own),
          present(folder, ['tables.json', 'tables.xp.txt', 'tables.hexdump-C.txt']),
        )
      : []),
    ...(existsSync(host)
      ? tablesOf(
          `${run} host`,
          readRows(host),
          present(path.join(folder, 'host'), ['host-tables.json', 'host-tables.xp.txt']),
        )
      : []),
  ];
}

/** Every capture with its host's tables; where the large set is not there, a part of one. */
export function walkedCaptures(): WalkedTables[] {
  const place = sharedPlace('captures', 'x86');
  if (place === undefined) {
    const rows = readRows(fixturePlace('captures', 'npt-6.1.translations.json'));
    return tablesOf('npt-6.1', rows, [path.join('samples', 'npt-6.1.xp')]);
  }
  return readdirSync(place, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readCapture(path.join(place, name), name));
}

/** Byte addresses of the pages a text dump begins a line for; `undefined`: a JSON index holds all. */
export function pagesOfText(source: string): ReadonlySet<bigint> | undefined {
  if (source.endsWith('.json')) return undefined;
  const starts = readFileSync(source, 'utf8').matchAll(/^([0-9a-f]{8,16})(?::| )/gm);
  return new Set(
    [...starts].map(([, digits]) => BigInt(`0x${digits!}`)).filter((at) => at % 4096n === 0n),
  );
}
