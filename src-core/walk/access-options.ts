import type { HardwareFormatName } from '../paging/format';
import { parseWord } from '../word';
import type { Access } from './access-answer';

/** One option that says something about an access or its CPU. */
export interface AccessOption {
  /** As the command line writes it, without the dashes. */
  readonly name: string;
  readonly property: Exclude<keyof Access, 'type'>;
  readonly kind: 'flag' | 'word';
  readonly help: string;
  /** What counts where nothing is said: on, for a few flags; everything else is off. */
  readonly usuallyOn: boolean;
  /** Formats whose rules ask for it. */
  readonly formats: readonly HardwareFormatName[];
}

const x86 = ['x86-64', 'pae', 'x86-32'] as const;
const arm64 = ['arm64-stage1', 'arm64-stage2'] as const;
const second = ['ept', 'npt', 'arm64-stage2'] as const;

const option =
  (kind: AccessOption['kind']) =>
  (
    name: string,
    property: AccessOption['property'],
    formats: readonly HardwareFormatName[],
    help: string,
    usuallyOn = false,
  ): AccessOption => ({ name, property, kind, help, usuallyOn, formats });
const flag = option('flag');
const word = option('word');

/** Every option. One that the CPU's facts speak of counts as they say where it is not given. */
export const accessOptions: readonly AccessOption[] = [
  flag('user', 'user', [...x86, 'ept', 'npt', ...arm64], 'from user mode (CPL 3, EL0)'),
  flag('cr0-wp', 'cr0Wp', x86, 'CR0.WP is 1: supervisor writes need W'),
  flag('smep', 'smep', x86, 'CR4.SMEP is 1'),
  flag('smap', 'smap', x86, 'CR4.SMAP is 1'),
  flag('ac', 'ac', x86, 'EFLAGS.AC is 1'),
  flag('implicit', 'implicit', x86, 'an implicit supervisor access (descriptor tables, …)'),
  flag('pke', 'pke', ['x86-64'], 'CR4.PKE is 1'),
  word('pkru', 'pkru', ['x86-64'], 'value of PKRU'),
  flag('pks', 'pks', ['x86-64'], 'CR4.PKS is 1'),
  word('pkrs', 'pkrs', ['x86-64'], 'value of IA32_PKRS'),
  flag('nxe', 'nxe', ['x86-64', 'pae', 'npt'], 'EFER.NXE is 1', true),
  flag('guest-table', 'guestTable', second, "the CPU's own access to a guest table"),
  flag('ept-ad', 'accessedDirty', ['ept'], 'EPT accessed/dirty flags are on (EPTP bit 6)', true),
  flag('mbec', 'mbec', ['ept'], 'EPT mode-based execute control is on'),
  flag('linear-address', 'linearAddress', ['ept'], 'the exit carries a linear address', true),
  flag('gmet', 'gmet', ['npt'], 'NPT guest mode execute trap is on'),
  flag('host-smep', 'hostSmep', ['npt'], "the host's CR4.SMEP is 1"),
  flag('pan', 'pan', ['arm64-stage1'], 'PSTATE.PAN is 1'),
  flag('wxn', 'wxn', ['arm64-stage1'], 'SCTLR.WXN is 1'),
];

const types: Readonly<Record<string, Access['type']>> = {
  read: 'read',
  write: 'write',
  execute: 'execute',
  exec: 'execute',
  fetch: 'execute',
  r: 'read',
  w: 'write',
  x: 'execute',
};

function parseOption(option: AccessOption, value: string | boolean): boolean | bigint | undefined {
  if (option.kind === 'word') return typeof value === 'string' ? parseWord(value) : undefined;
  if (typeof value === 'boolean') return value;
  if (/^(true|1|yes|on)$/i.test(value)) return true;
  return /^(false|0|no|off)$/i.test(value) ? false : undefined;
}

/**
 * An access from the names and values a person or a script writes.
 * @param type read, write or execute (exec, fetch, r, w, x).
 * @param given values by option name; `undefined` counts as not given.
 * @returns the access, or a line for each thing that was not understood.
 */
export function parseAccess(
  type: string,
  given: Readonly<Record<string, string | boolean | undefined>> = {},
): { access: Access } | { problems: string[] } {
  const problems: string[] = [];
  const found = types[type.toLowerCase()];
  if (!found) problems.push(`'${type}' is no access: read, write or execute`);
  const values: Record<string, boolean | bigint> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const option = accessOptions.find((known) => known.name === name);
    const parsed = option && parseOption(option, value);
    if (!option) problems.push(`unknown access option '${name}'`);
    else if (parsed === undefined) problems.push(`'${String(value)}' is no value for '${name}'`);
    else values[option.property] = parsed;
  }
  if (!found || problems.length > 0) return { problems };
  return { access: { ...values, type: found } };
}
