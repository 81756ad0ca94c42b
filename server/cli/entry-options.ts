import {
  type CpuConfig,
  type EntryFormat,
  entryFormats,
  findEntryFormat,
  findLayout,
  layoutNames,
  parseCpuConfig,
  parseKernelVersion,
} from '../../src-core/index';
import { inputProblem, usageProblem } from './command';

/** Options that say what an entry is, shared by the commands that decode. */
export const entryOptions = {
  format: { type: 'string' },
  kernel: { type: 'string' },
  layout: { type: 'string' },
  config: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

export const entryOptionsHelp = `
--format NAME       ${entryFormats.map((format) => format.name).join(', ')}
--kernel VERSION    kernel whose KVM wrote the entries: 6.1, v5.13-rc2, 6.1.0-56-cloud-amd64
--layout NAME       KVM's software bits by name, instead of by version
--config KEY=VALUE  a fact of the CPU; more than one may be given: vendor, maxphyaddr, l1tf_bug,
                    exec_only, mbec, sme_c_bit, nxe, gbpages, tdx; granule, pa_bits, lpa2, fwb, …
--json              one JSON object a line
`.trim();

interface Given {
  readonly format?: string | undefined;
  readonly kernel?: string | undefined;
  readonly layout?: string | undefined;
  readonly config?: readonly string[] | undefined;
}

/** What an entry is, as far as the command line says so. */
export interface EntryContext {
  readonly format?: EntryFormat;
  readonly kernel?: string;
  readonly layout?: string;
  readonly cpu: CpuConfig;
}

/** Reads the shared options. @throws CliProblem for a name or value that makes no sense. */
export function entryContext(given: Given): EntryContext {
  const { kernel, layout } = given;
  const format = given.format === undefined ? undefined : formatNamed(given.format);
  if (kernel !== undefined && !parseKernelVersion(kernel)) {
    throw usageProblem(`--kernel ${kernel} is no version: write it like 6.1 or v5.13-rc2`);
  }
  if (layout !== undefined && !findLayout(layout)) {
    throw usageProblem(`--layout ${layout} is not known: ${layoutNames.join(', ')}`);
  }
  return {
    ...(format && { format }),
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
    cpu: configOf(given.config ?? []),
  };
}

/** The format of an option. @throws CliProblem (2) for a name that is none. */
export function formatNamed(name: string): EntryFormat {
  const format = findEntryFormat(name);
  if (format) return format;
  const known = entryFormats.map((candidate) => candidate.name).join(', ');
  throw usageProblem(`--format ${name} is not known: ${known}`);
}

function configOf(settings: readonly string[]): CpuConfig {
  const given: Record<string, string> = {};
  for (const setting of settings) {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(setting) ?? [];
    if (key === undefined) throw usageProblem(`--config ${setting}: KEY=VALUE is expected`);
    given[key] = value!;
  }
  const { config, problems } = parseCpuConfig(given);
  if (problems.length > 0) throw inputProblem(`--config: ${problems.join('; ')}`);
  return config;
}
