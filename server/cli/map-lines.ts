import { formatWord, type MapRange, sizeText } from '../../src-core/index';
import type { Json } from './entry-json';

/** The last line of a map. */
export interface MapSummary {
  readonly leaves: number;
  readonly ranges: number;
  readonly tables: number;
  readonly bytes: bigint;
  readonly mmio: number;
  readonly reserved: number;
  readonly missingTables: number;
  readonly incomplete: boolean;
}

/** One way of writing a map. */
export interface MapForm {
  readonly head: string;
  range(range: MapRange): string;
  summary(summary: MapSummary): string;
}

/** Every form by its name; a new one is a row here. */
export const mapForms: Readonly<Record<string, MapForm>> = {
  text: { head: '', range: textRange, summary: textSummary },
  json: {
    head: '',
    range: (range) => `${JSON.stringify(jsonRange(range))}\n`,
    summary: (summary) => `${JSON.stringify(jsonSummary(summary))}\n`,
  },
  csv: {
    head: 'start,end,physical,page_sizes,read,write,execute,user,kind\n',
    range: csvRange,
    summary: () => '',
  },
};

/** Start, and the first address after it: addresses have 64 bits, the end of the last range 65. */
const endText = (end: bigint): string => `0x${end.toString(16)}`;

function jsonRange(range: MapRange): Json {
  const { start, end, physical, pageSizes, permissions, kind } = range;
  return {
    start: formatWord(start),
    end: endText(end),
    physical: physical === null ? null : formatWord(physical),
    page_sizes: [...pageSizes],
    permissions: permissions && { ...permissions },
    kind,
  };
}

function jsonSummary(summary: MapSummary): Json {
  const { leaves, ranges, tables, bytes, mmio, reserved, missingTables, incomplete } = summary;
  return {
    leaves,
    ranges,
    tables,
    bytes: Number(bytes),
    mmio,
    reserved,
    missing_tables: missingTables,
    incomplete,
  };
}

/** A sum of sizes, in the unit that fits, to two digits. */
function roundSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  const power = bytes < 1024 ? 0 : Math.min(6, Math.floor(Math.log2(bytes) / 10));
  return `${Math.round((bytes / 1024 ** power) * 100) / 100} ${units[power]!}`;
}

function rightsText({ permissions }: MapRange): string {
  if (permissions === null) return '----';
  const { read, write, execute, user } = permissions;
  const letter = (right: boolean | null, shown: string): string => (right === true ? shown : '-');
  return `${letter(user, 'u')}${letter(read, 'r')}${letter(write, 'w')}${letter(execute, 'x')}`;
}

function textRange(range: MapRange): string {
  const { start, end, physical, pageSizes, kind } = range;
  const address = (value: bigint): string => value.toString(16).padStart(16, '0');
  const target = physical === null ? '' : `  → ${formatWord(physical)}`;
  const pages = pageSizes.length === 0 ? '' : `  ${pageSizes.map(sizeText).join(' + ')}`;
  return `${address(start)}-${address(end)} ${rightsText(range)} ${roundSize(Number(end - start)).padStart(10)}  ${kind}${pages}${target}\n`;
}

function textSummary(summary: MapSummary): string {
  const { leaves, ranges, tables, bytes, mmio, reserved, missingTables, incomplete } = summary;
  const more = [
    mmio > 0 ? `${mmio} MMIO entries` : '',
    reserved > 0 ? `${reserved} entries with reserved bits` : '',
    missingTables > 0 ? `${missingTables} tables that are not in the source` : '',
    incomplete ? 'cut short: more tables than can be counted' : '',
  ].filter((part) => part !== '');
  const counts = `${leaves} leaves in ${ranges} ranges, ${tables} tables, ${roundSize(Number(bytes))} mapped`;
  return `${[counts, ...more].join('; ')}\n`;
}

function csvRange(range: MapRange): string {
  const { start, end, physical, pageSizes, permissions, kind } = range;
  const cells = [
    formatWord(start),
    endText(end),
    physical === null ? '' : formatWord(physical),
    pageSizes.join('+'),
    ...(['read', 'write', 'execute', 'user'] as const).map((right) =>
      permissions === null ? '' : String(permissions[right] ?? ''),
    ),
    kind,
  ];
  return `${cells.join(',')}\n`;
}
