import {
  arm64Request,
  cpuConfigKeys,
  type DecodeRequest,
  findEntryFormat,
  findLayout,
  isArm64Record,
  parseCpuConfig,
  parseWord,
} from '../../src-core/index';
import { isRecord } from '../settings-schema';
import type { EntryContext } from './entry-options';

/** A request from a line of JSON, and what of its configuration was not understood. */
export interface RecordRequest {
  readonly request: DecodeRequest;
  readonly notes: readonly string[];
}

/** What holds where a record says nothing. */
export interface RecordDefaults extends EntryContext {
  readonly level?: number;
}

/**
 * Reads one line of `decode --stdin`: `{"value","format","level","kernel","config":{…}}`; lines of
 * the vector files as they are. Keys that are not needed are ignored.
 * @returns the request, or one sentence that says what is wrong with the line.
 */
export function readRecord(
  line: string,
  defaults: RecordDefaults,
): RecordRequest | { readonly problem: string } {
  const record = parseObject(line);
  return record ? requestOf(record, defaults) : { problem: 'no JSON object' };
}

/** The request of a record that is read already. */
export function requestOf(
  record: Readonly<Record<string, unknown>>,
  defaults: RecordDefaults,
): RecordRequest | { readonly problem: string } {
  const { config, notes } = understoodConfig(record.config);
  if (isArm64Record(record)) {
    const level = record.level ?? defaults.level;
    const request = arm64Request({ ...record, level, config });
    return 'problem' in request ? request : { request, notes };
  }
  const value = wordOf(record.value);
  if (value === undefined) {
    return { problem: `${JSON.stringify(record.value ?? null)} is no 64-bit hexadecimal value` };
  }
  const format =
    typeof record.format === 'string' ? findEntryFormat(record.format) : defaults.format;
  if (!format) {
    return { problem: `${JSON.stringify(record.format ?? null)} is no format` };
  }
  const level = record.level ?? defaults.level ?? 1;
  if (typeof level !== 'number' || !Number.isInteger(level)) {
    return { problem: `${JSON.stringify(level)} is no level: 1 is the smallest page` };
  }
  const kernel = typeof record.kernel === 'string' ? record.kernel : defaults.kernel;
  const layout = layoutOf(record, kernel) ?? defaults.layout;
  return {
    request: {
      value,
      format: format.name,
      level,
      cpu: { ...defaults.cpu, ...parseCpuConfig(config).config },
      ...(kernel !== undefined && { kernel }),
      ...(layout !== undefined && { layout }),
    },
    notes,
  };
}

/**
 * The layout a record names. Vector files write `era`: it counts where no kernel is named, and where
 * no kernel's version could lead to it because it was never merged.
 */
function layoutOf(
  record: Readonly<Record<string, unknown>>,
  kernel: string | undefined,
): string | undefined {
  if (typeof record.layout === 'string') return record.layout;
  const era = typeof record.era === 'string' ? findLayout(record.era) : undefined;
  return kernel === undefined || era?.unmerged === true ? era?.name : undefined;
}

/** The keys and values that mean something, and a note for each that does not. */
function understoodConfig(given: unknown): {
  config: Record<string, unknown>;
  notes: readonly string[];
} {
  if (!isRecord(given)) return { config: {}, notes: [] };
  const set = Object.entries(given).filter(([, value]) => value !== null);
  const known = set.filter(
    ([key, value]) =>
      parseCpuConfig({ [key]: value }).problems.length === 0 && key in cpuConfigKeys,
  );
  return {
    config: Object.fromEntries(known),
    notes: parseCpuConfig(Object.fromEntries(set)).problems,
  };
}

function wordOf(value: unknown): bigint | undefined {
  if (typeof value === 'string') return parseWord(value);
  return Number.isSafeInteger(value) && Number(value) >= 0 ? BigInt(Number(value)) : undefined;
}

/** A line as a JSON object; `undefined`: it is none. */
export function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
