import { namedMairs } from './arm64-mair';
import { findRegime } from './arm64-regimes';

/**
 * What an entry's meaning depends on beside its format: facts of the CPU and of how the kernel was
 * set up. Every fact may be unknown; a format states its own default where it needs one.
 */

export interface CpuConfig {
  readonly vendor?: 'intel' | 'amd';
  /** Physical-address bits as CPUID 0x80000008 reports them. */
  readonly maxPhysBits?: number;
  /** The kernel's `x86_phys_bits`, where memory encryption reduced it. */
  readonly kernelPhysBits?: number;
  /** The kernel's `x86_cache_bits` (L1TF). */
  readonly cacheBits?: number;
  readonly l1tfBug?: boolean;
  /** EPT: execute-only translations are supported. */
  readonly execOnly?: boolean;
  /** EPT: mode-based execute control is on. */
  readonly mbec?: boolean;
  /** Bit number of AMD's memory-encryption bit. */
  readonly smeCBit?: number;
  /** KVM's `shadow_me_mask` / `shadow_me_value`. */
  readonly meMask?: bigint;
  readonly meValue?: bigint;
  /** EFER.NXE. */
  readonly nx?: boolean;
  /** 1 GiB pages are supported. */
  readonly gbPages?: boolean;
  /** Highest level at which EPT may hold a leaf (2: no 1 GiB pages, 1: no 2 MiB pages). */
  readonly hugeLevel?: number;
  readonly tdx?: boolean;
  readonly mmioCaching?: boolean;
  /** 32-bit paging: CR4.PSE, and CPUID PSE-36. */
  readonly pse?: boolean;
  readonly pse36?: boolean;

  /** arm64: translation granule. */
  readonly granule?: '4K' | '16K' | '64K';
  readonly paBits?: number;
  readonly lpa2?: boolean;
  readonly fwb?: boolean;
  readonly xnx?: boolean;
  /** arm64 stage 1: translation regime, a name of `arm64-regimes.ts`: `el10`, `el20`, `el2-nvhe`, `el2-hvhe`. */
  readonly regime?: string;
  readonly mair?: bigint;
  /** arm64: hardware sets the access flag, and the dirty state (TCR/VTCR: HA, HD). */
  readonly hardwareAccessFlag?: boolean;
  readonly hardwareDirty?: boolean;
  /** arm64 stage 1: table entries' permissions are ignored (TCR.HPD). */
  readonly noTablePermissions?: boolean;

  /** Walks: treat a clear access flag (arm64) as set. */
  readonly ignoreAccessFlag?: boolean;
}

type ConfigValue = string | number | boolean | bigint;
interface ConfigKey {
  readonly property: keyof CpuConfig;
  readonly parse: (text: string) => ConfigValue | undefined;
}

const flag = (text: string): boolean | undefined =>
  /^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : undefined;
const count = (text: string): number | undefined =>
  /^[0-9]{1,3}$/.test(text) ? Number.parseInt(text, 10) : undefined;
const word = (text: string): bigint | undefined =>
  /^0x[0-9a-f]{1,16}$/i.test(text) ? BigInt(text) : undefined;
const choice =
  (...names: string[]) =>
  (text: string): string | undefined =>
    names.find((name) => name.toLowerCase() === text.toLowerCase());

/** The names under which settings, `--config` and vector files give these facts. */
export const cpuConfigKeys: Readonly<Record<string, ConfigKey>> = {
  vendor: { property: 'vendor', parse: choice('intel', 'amd') },
  maxphyaddr: { property: 'maxPhysBits', parse: count },
  x86_phys_bits: { property: 'kernelPhysBits', parse: count },
  cache_bits: { property: 'cacheBits', parse: count },
  l1tf_bug: { property: 'l1tfBug', parse: flag },
  exec_only: { property: 'execOnly', parse: flag },
  mbec: { property: 'mbec', parse: flag },
  sme_c_bit: { property: 'smeCBit', parse: count },
  me_mask: { property: 'meMask', parse: word },
  me_value: { property: 'meValue', parse: word },
  nxe: { property: 'nx', parse: flag },
  nx: { property: 'nx', parse: flag },
  gbpages: { property: 'gbPages', parse: flag },
  huge_level: { property: 'hugeLevel', parse: count },
  tdx: { property: 'tdx', parse: flag },
  mmio_caching: { property: 'mmioCaching', parse: flag },
  pse: { property: 'pse', parse: flag },
  pse36: { property: 'pse36', parse: flag },
  granule: { property: 'granule', parse: choice('4K', '16K', '64K') },
  pa_bits: { property: 'paBits', parse: count },
  lpa2: { property: 'lpa2', parse: flag },
  fwb: { property: 'fwb', parse: flag },
  xnx: { property: 'xnx', parse: flag },
  regime: { property: 'regime', parse: (text) => findRegime(text)?.name },
  mair: { property: 'mair', parse: (text) => namedMairs[text] ?? word(text) },
  ha: { property: 'hardwareAccessFlag', parse: flag },
  hd: { property: 'hardwareDirty', parse: flag },
  hpd: { property: 'noTablePermissions', parse: flag },
  ignore_access_flag: { property: 'ignoreAccessFlag', parse: flag },
};

/** The same facts as files write them, each under the first of its names. */
export function cpuConfigJson(config: CpuConfig): Record<string, string | number | boolean> {
  const written = new Map<keyof CpuConfig, [string, string | number | boolean]>();
  for (const [name, { property }] of Object.entries(cpuConfigKeys)) {
    const value = config[property];
    if (value === undefined || written.has(property)) continue;
    written.set(property, [name, typeof value === 'bigint' ? `0x${value.toString(16)}` : value]);
  }
  return Object.fromEntries(written.values());
}

/**
 * Facts from names and values as people and files write them.
 * @returns the facts understood, and a line for each name or value that was not.
 */
export function parseCpuConfig(given: Readonly<Record<string, unknown>>): {
  config: CpuConfig;
  problems: string[];
} {
  const config: Record<string, ConfigValue> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const key = cpuConfigKeys[name];
    if (!key) {
      problems.push(`unknown configuration key '${name}'`);
      continue;
    }
    const parsed = key.parse(String(value));
    if (parsed === undefined) problems.push(`'${String(value)}' is no value for '${name}'`);
    else config[key.property] = parsed;
  }
  return { config, problems };
}
