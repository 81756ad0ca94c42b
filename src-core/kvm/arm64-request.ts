import { levelFromArchitecture } from '../paging/arm64-granule';
import { parseCpuConfig } from '../paging/cpu';
import { findEntryFormat } from '../paging/entry-format';
import { parseWord } from '../word';
import type { DecodeProblem, DecodeRequest } from './decode-request';

/** A line of a vector file, or what a program writes in its place. */
export type DecodeRecord = Readonly<Record<string, unknown>>;

const stageFormats: Readonly<Record<string, string>> = { s1: 'arm64-s1', s2: 'arm64-s2' };

/** Keys that may stand at the top level of a record, where `config` has them elsewhere. */
const topLevelKeys = [
  'granule',
  'pa_bits',
  'lpa2',
  'fwb',
  'xnx',
  'regime',
  'mair',
  'ha',
  'hd',
  'hpd',
] as const;

/** Whether a record asks for an arm64 entry: by `stage`, or by its format's name. */
export function isArm64Record(record: DecodeRecord): boolean {
  return 'stage' in record || formatOf(record)?.hardware.startsWith('arm64') === true;
}

function formatOf(record: DecodeRecord) {
  const stage = record['stage'];
  const named = record['format'] ?? (typeof stage === 'string' ? stageFormats[stage] : undefined);
  return typeof named === 'string' ? findEntryFormat(named) : undefined;
}

function valueOf(record: DecodeRecord): bigint | undefined {
  const { value } = record;
  return typeof value === 'string' ? parseWord(value) : undefined;
}

/**
 * A request from a record of the command line's contract: `stage` may stand for the format, arm64's
 * configuration keys may stand beside `config`, `level` is the architecture's number (3 = smallest
 * page; in the request it is KVM's). Keys that are not needed are ignored.
 * @returns the request, or a sentence that says what is wrong.
 */
export function arm64Request(record: DecodeRecord): DecodeRequest | DecodeProblem {
  const format = formatOf(record);
  if (!format?.hardware.startsWith('arm64')) return { problem: 'no arm64 stage: s1 or s2' };
  const value = valueOf(record);
  if (value === undefined) {
    return { problem: `'${String(record['value'])}' is not a 64-bit hexadecimal value` };
  }
  const level = record['level'];
  if (typeof level !== 'number' || !Number.isInteger(level)) {
    return { problem: `'${String(level)}' is no level: -1 to 3, 3 is the smallest page` };
  }
  const inner = record['config'];
  const given = Object.fromEntries(
    topLevelKeys
      .map((key) => [key, record[key]] as const)
      .filter(([, value]) => value !== undefined && value !== null),
  );
  const { config, problems } = parseCpuConfig({
    ...given,
    ...(typeof inner === 'object' && inner !== null ? inner : {}),
  });
  if (problems.length > 0) return { problem: problems.join('; ') };
  const { kernel, layout } = record;
  return {
    value,
    format: format.name,
    level: levelFromArchitecture(level),
    cpu: config,
    ...(typeof kernel === 'string' ? { kernel } : {}),
    ...(typeof layout === 'string' ? { layout } : {}),
  };
}
