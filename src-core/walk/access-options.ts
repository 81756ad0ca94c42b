import { parseWord } from '../word';
import type { Access } from './access-answer';

/** One option that says something about an access or its CPU. */
export interface AccessOption {
  /** As the command line writes it, without the dashes. */
  readonly name: string;
  readonly property: Exclude<keyof Access, 'type'>;
  readonly kind: 'flag' | 'word';
  readonly help: string;
}

const flag = (name: string, property: AccessOption['property'], help: string): AccessOption => ({
  name,
  property,
  kind: 'flag',
  help,
});

/** Every option. A flag that is not given is off, but for those whose help says otherwise. */
export const accessOptions: readonly AccessOption[] = [
  flag('user', 'user', 'from user mode (CPL 3, EL0)'),
  flag('cr0-wp', 'cr0Wp', 'CR0.WP is 1: supervisor writes need W'),
  flag('smep', 'smep', 'CR4.SMEP is 1'),
  flag('smap', 'smap', 'CR4.SMAP is 1'),
  flag('ac', 'ac', 'EFLAGS.AC is 1'),
  flag('implicit', 'implicit', 'an implicit supervisor access (descriptor tables, …)'),
  flag('pke', 'pke', 'CR4.PKE is 1'),
  { name: 'pkru', property: 'pkru', kind: 'word', help: 'value of PKRU' },
  flag('pks', 'pks', 'CR4.PKS is 1'),
  { name: 'pkrs', property: 'pkrs', kind: 'word', help: 'value of IA32_PKRS' },
  flag('nxe', 'nxe', 'EFER.NXE (default: as --config says, else on)'),
  flag('guest-table', 'guestTable', "the CPU's own access to a guest table"),
  flag('ept-ad', 'accessedDirty', 'EPT accessed/dirty flags (EPTP bit 6; default: on)'),
  flag('mbec', 'mbec', 'EPT mode-based execute control (default: as --config says)'),
  flag('linear-address', 'linearAddress', 'the exit carries a linear address (default: on)'),
  flag('gmet', 'gmet', 'NPT guest mode execute trap'),
  flag('host-smep', 'hostSmep', "the host's CR4.SMEP, for NPT"),
  flag('pan', 'pan', 'arm64: PSTATE.PAN is 1'),
  flag('wxn', 'wxn', 'arm64: SCTLR.WXN is 1'),
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
