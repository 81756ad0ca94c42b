import {
  type CpuConfig,
  cpuConfigKeys,
  type EntryFormatName,
  findEntryFormat,
} from '../src-core/index';

/** What a person has set for a file. What is left out is to be detected or assumed. */
export interface FileSettings {
  readonly format?: EntryFormatName;
  readonly kernel?: string;
  readonly layout?: string;
  readonly cpu: CpuConfig;
  /** How much stands at a line's end; left out: compact. */
  readonly inlayHints?: HintDetail;
  /** By a finding's code, where it is not shown as it is by itself. */
  readonly severities?: Readonly<Record<string, FindingLevel>>;
  /** One sentence for each value that was not understood. */
  readonly problems: readonly string[];
}

export const settingsSection = 'pagewalk';

/** Settings that name a format, a kernel, a layout: text, `auto` when unset. */
export const namingSettings = ['format', 'kernel', 'layout'] as const;

export const hintDetails = ['off', 'compact', 'full'] as const;
export type HintDetail = (typeof hintDetails)[number];

export const findingLevels = ['error', 'warning', 'information', 'hint', 'off'] as const;
export type FindingLevel = (typeof findingLevels)[number];

/** Settings that say how things are shown; none of them changes what an entry means. */
export const displaySettings = ['inlayHints', 'diagnostics.severity'] as const;

/**
 * Settings that state a fact of the CPU, and the `--config` keys each stands for. `null` (or `auto`
 * where the setting is a choice of words) leaves the fact unknown.
 */
export const cpuSettings: Readonly<Record<string, readonly string[]>> = {
  physBits: ['maxphyaddr', 'pa_bits'],
  'cpu.vendor': ['vendor'],
  'cpu.kernelPhysBits': ['x86_phys_bits'],
  'cpu.cacheBits': ['cache_bits'],
  'cpu.l1tfBug': ['l1tf_bug'],
  'cpu.execOnly': ['exec_only'],
  'cpu.mbec': ['mbec'],
  'cpu.smeCBit': ['sme_c_bit'],
  'cpu.nx': ['nx'],
  'cpu.gbPages': ['gbpages'],
  'cpu.tdx': ['tdx'],
  'cpu.mmioCaching': ['mmio_caching'],
  'cpu.pse36': ['pse36'],
  'cpu.granule': ['granule'],
  'cpu.lpa2': ['lpa2'],
  'cpu.fwb': ['fwb'],
  'cpu.xnx': ['xnx'],
  'cpu.regime': ['regime'],
  'cpu.mair': ['mair'],
};

/** No settings: everything is detected or assumed. */
export const noSettings: FileSettings = { cpu: {}, problems: [] };

/**
 * Settings from what a client answered for the section `pagewalk`: an object, nested or with dotted
 * names; anything else (`null` from some clients) means that nothing is set.
 */
export function readSettings(answer: unknown): FileSettings {
  const problems: string[] = [];
  const named: Record<string, string> = {};
  for (const name of namingSettings) {
    const value = lookUp(answer, name);
    if (value === undefined) continue;
    if (typeof value === 'string') named[name] = value;
    else problems.push(`pagewalk.${name}: ${JSON.stringify(value)} is no text`);
  }
  const format = named.format === undefined ? undefined : findEntryFormat(named.format);
  if (named.format !== undefined && !format)
    problems.push(`pagewalk.format: '${named.format}' is no format`);
  const { layout, kernel } = named;
  return {
    ...(format && { format: format.name }),
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
    cpu: readCpu(answer, problems),
    ...readDisplay(answer, problems),
    problems,
  };
}

function readDisplay(
  answer: unknown,
  problems: string[],
): Pick<FileSettings, 'inlayHints' | 'severities'> {
  const wanted = lookUp(answer, 'inlayHints');
  const inlayHints = hintDetails.find((detail) => detail === wanted);
  if (wanted !== undefined && !inlayHints) {
    problems.push(
      `pagewalk.inlayHints: ${JSON.stringify(wanted)} is none of ${hintDetails.join(', ')}`,
    );
  }
  const severities: Record<string, FindingLevel> = {};
  const given = lookUp(answer, 'diagnostics.severity');
  if (given !== undefined && !isRecord(given)) {
    problems.push(`pagewalk.diagnostics.severity: ${JSON.stringify(given)} is no object`);
  }
  for (const [code, value] of Object.entries(isRecord(given) ? given : {})) {
    const level = findingLevels.find((known) => known === value);
    if (level) severities[code] = level;
    else {
      problems.push(
        `pagewalk.diagnostics.severity: ${JSON.stringify(value)} of '${code}' is none of ${findingLevels.join(', ')}`,
      );
    }
  }
  return {
    ...(inlayHints && { inlayHints }),
    ...(Object.keys(severities).length > 0 && { severities }),
  };
}

function readCpu(answer: unknown, problems: string[]): CpuConfig {
  const cpu: Record<string, unknown> = {};
  for (const [name, keys] of Object.entries(cpuSettings)) {
    const value = lookUp(answer, name);
    if (value === undefined) continue;
    for (const key of keys) {
      const { property, parse } = cpuConfigKeys[key]!;
      const parsed = parse(isScalar(value) ? String(value) : '');
      if (parsed !== undefined) cpu[property] = parsed;
      else if (key === keys[0])
        problems.push(`pagewalk.${name}: ${JSON.stringify(value)} is no value for it`);
    }
  }
  return cpu;
}

/** The value under a dotted name; `undefined` when unset: absent, `null` or `auto`. */
function lookUp(settings: unknown, name: string): unknown {
  if (!isRecord(settings)) return undefined;
  let value: unknown = settings[name];
  if (value === undefined && name.includes('.')) {
    value = name
      .split('.')
      .reduce<unknown>((inner, part) => (isRecord(inner) ? inner[part] : undefined), settings);
  }
  return value === null || value === 'auto' || value === '' ? undefined : value;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
