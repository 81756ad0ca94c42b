import { bitField, formatWord } from '../word';
import type { DecodedField, Facts, Finding } from '../paging/decoded-entry';
import type { DecodedWord } from '../paging/decoded-word';
import type { FieldSpec } from '../paging/format';
import { decodeFields, runField, setUnnamedBits } from '../paging/word-fields';
import { parseKernelVersion } from './kernel-version';
import { quadrantMeaning } from './role-quadrant';
import type { RoleLayout } from './role-layouts';
import { assumedRoleLayout, roleLayoutForKernel, roleLayouts } from './role-layouts';

/** Values of a role's fields by the kernel's names. */
export type RoleFields = Readonly<Record<string, number>>;

/** Name of the field that tells the guest's entry size: it changed its name and its sense. */
const guestEntryNames = ['cr4_pae', 'gpte_is_8_bytes', 'has_4_byte_gpte'];

/**
 * The layout of a kernel version (`6.1`, `v5.13-rc2`, …) or of a layout's own name; the newest
 * released one where nothing is given.
 */
export function findRoleLayout(kernel?: string): RoleLayout | { readonly problem: string } {
  if (kernel === undefined) return assumedRoleLayout;
  const named = roleLayouts.find((layout) => layout.name === kernel);
  if (named) return named;
  const version = parseKernelVersion(kernel);
  return version
    ? roleLayoutForKernel(version)
    : { problem: `'${kernel}' is no kernel version: write it like 6.1, v5.13-rc2 or 7.1-rc3` };
}

/** Cuts the 32-bit word into its fields. */
export function roleFields(word: bigint, layout: RoleLayout): RoleFields {
  const fields: Record<string, number> = {};
  for (const { name, low, width } of layout.fields) {
    fields[name] = Number(bitField(word, low + width - 1, low));
  }
  return fields;
}

/**
 * The word of these fields: the way back. Fields left out are 0.
 * @returns a problem for a name this kernel does not have or a value its bits cannot hold.
 */
export function encodeRole(
  values: RoleFields,
  layout: RoleLayout,
): bigint | { readonly problem: string } {
  let word = 0n;
  for (const [name, value] of Object.entries(values)) {
    const field = layout.fields.find((row) => row.name === name);
    if (!field) {
      const known = layout.fields.map((row) => row.name).join(', ');
      return { problem: `no role field '${name}' in ${layout.name}: there are ${known}` };
    }
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** field.width) {
      return { problem: `'${name}' has ${field.width} bits: ${value} does not fit` };
    }
    word |= BigInt(value) << BigInt(field.low);
  }
  return word;
}

/** Access as traces print it: `wux`, `-u-`; `rwux` from v7.2 on. */
export function accessLetters(access: number, layout: RoleLayout): string {
  return layout.access.map(({ letter, bit }) => ((access >> bit) & 1 ? letter : '-')).join('');
}

/** Access in words: `write, user, execute`. */
export function accessInWords(access: number, layout: RoleLayout): string {
  const rights = layout.access.filter(({ bit }) => (access >> bit) & 1).map(({ right }) => right);
  return rights.join(', ') || 'nothing beyond supervisor reads';
}

/** Size of the guest's entries this page shadows, 4 or 8 bytes. */
export function guestEntryBytes(fields: RoleFields, layout: RoleLayout): 4 | 8 {
  const set = guestEntryNames.some((name) => fields[name] === 1);
  return set === (layout.guestEntryBytesWhenSet === 4) ? 4 : 8;
}

/** The role as the shadow-page line of a trace prints it (`KVM_MMU_PAGE_PRINTK`, mmutrace.h). */
export function printRole(fields: RoleFields, layout: RoleLayout): string {
  const bytes = guestEntryBytes(fields, layout);
  const size = { pae: bytes === 8 ? ' pae' : '', 'l-pae': bytes === 8 ? ' pae' : '' };
  const level = fields['level'] ?? 0;
  const start =
    layout.printed === 'l-bytes'
      ? `l${level} ${bytes}-byte`
      : `${layout.printed === 'pae' ? '' : 'l'}${level}${size[layout.printed]}`;
  const noExecute = fields['nxe'] ?? fields['efer_nx'] ?? 0;
  return (
    `${start} q${fields['quadrant'] ?? 0}${fields['direct'] ? ' direct' : ''} ` +
    `${accessLetters(fields['access'] ?? 0, layout)}${fields['invalid'] ? ' invalid' : ''} ` +
    `${noExecute ? '' : '!'}nxe` +
    ('ad_disabled' in fields ? ` ${fields['ad_disabled'] ? '!' : ''}ad` : '')
  );
}

type Meaning = (value: number, fields: RoleFields, layout: RoleLayout) => string;

const flagMeaning =
  (set: string, clear = ''): Meaning =>
  (value) =>
    value === 0 ? clear : set;

const meanings: Readonly<Record<string, Meaning>> = {
  level: (value) => (value === 0 ? 'no table (guest paging is off)' : `table of level ${value}`),
  cr4_pae: flagMeaning('guest entries have 8 bytes', 'guest entries have 4 bytes'),
  gpte_is_8_bytes: flagMeaning('guest entries have 8 bytes', 'guest entries have 4 bytes'),
  has_4_byte_gpte: flagMeaning('guest entries have 4 bytes', 'guest entries have 8 bytes'),
  quadrant: (value, fields, layout) =>
    guestEntryBytes(fields, layout) === 4
      ? quadrantMeaning(value, fields['level'] ?? 0)
      : 'used only where a guest has 4-byte entries',
  direct: flagMeaning('maps guest-physical addresses linearly', 'shadows a table of the guest'),
  access: (value, _, layout) =>
    `${accessLetters(value, layout)}: ${accessInWords(value, layout)} allowed at most`,
  invalid: flagMeaning('being thrown away: vCPUs may not use it any more'),
  nxe: flagMeaning("the guest's EFER.NX is on", "the guest's EFER.NX is off"),
  efer_nx: flagMeaning("the guest's EFER.NX is on", "the guest's EFER.NX is off"),
  cr0_wp: flagMeaning("the guest's CR0.WP is on", "the guest's CR0.WP is off"),
  smep_andnot_wp: flagMeaning('SMEP is on while CR0.WP is off'),
  smap_andnot_wp: flagMeaning('SMAP is on while CR0.WP is off'),
  cr4_smep: flagMeaning("the guest's CR4.SMEP is on"),
  ad_disabled: flagMeaning('SPTEs have no accessed/dirty bits', 'SPTEs have accessed/dirty bits'),
  guest_mode: flagMeaning('made for a nested guest (L2)'),
  passthrough: flagMeaning('stands above the guest root: no guest table behind it'),
  is_mirror: flagMeaning("mirror of a TDX guest's private table, which only the TDX module writes"),
  smm: (value) =>
    value === 0 ? 'address space 0' : `address space ${value}${value === 1 ? ': SMM' : ''}`,
};

function specs(fields: RoleFields, layout: RoleLayout): FieldSpec[] {
  return layout.fields.map(({ name, low, width }) =>
    runField(name, low + width - 1, low, layout.source, (value) =>
      (meanings[name] ?? flagMeaning(''))(Number(value), fields, layout),
    ),
  );
}

function extendedSpecs(layout: RoleLayout): FieldSpec[] {
  return layout.extended.map((name, index) =>
    runField(`ext.${name}`, 32 + index, 32 + index, layout.source, (value) =>
      value === 1n ? `kvm_mmu_extended_role.${name}` : '',
    ),
  );
}

function findingsOf(
  fields: RoleFields,
  layout: RoleLayout,
  decoded: readonly DecodedField[],
): Finding[] {
  const findings: Finding[] = [];
  const level = fields['level'] ?? 0;
  const quadrant = fields['quadrant'] ?? 0;
  if (level > 5) {
    findings.push({
      code: 'role-level',
      severity: 'warning',
      message: `Level ${level} does not exist: x86 has 5 at most. This may be no role word. ${layout.source}`,
      bits: [3, 2, 1, 0],
    });
  }
  if (quadrant !== 0 && guestEntryBytes(fields, layout) === 8) {
    findings.push({
      code: 'role-quadrant',
      severity: 'warning',
      message:
        `Quadrant ${quadrant} on a page that shadows no 4-byte entries: KVM warns ` +
        '(WARN_ON_ONCE(quadrant && !role.has_4_byte_gpte), mmu.c since v6.0).',
      bits: [6, 5],
    });
  }
  const unnamed = setUnnamedBits(decoded);
  if (unnamed.length > 0) {
    findings.push({
      code: 'role-undefined-bits',
      severity: 'warning',
      message: `Bits are set that have no name in ${layout.name}: the word may be from another kernel. ${layout.source}`,
      bits: unnamed,
    });
  }
  return findings;
}

/**
 * A `kvm_mmu_page_role` word (or a `kvm_cpu_role`: the role in bits 31:0, the extended role above).
 * @param kernel a kernel version or a layout's name; left out: v6.14–v7.1, and the summary says so.
 * @returns facts with the kernel's names of the fields.
 */
export function decodeRole(
  word: bigint,
  kernel?: string,
): DecodedWord | { readonly problem: string } {
  const layout = findRoleLayout(kernel);
  if ('problem' in layout) return layout;
  const values = roleFields(word, layout);
  const isCpuRole = word >> 32n !== 0n;
  const fields = decodeFields(
    word,
    isCpuRole ? 63 : 31,
    [...specs(values, layout), ...(isCpuRole ? extendedSpecs(layout) : [])],
    { role: 'software', source: layout.source },
  );
  const extended: Facts = isCpuRole
    ? Object.fromEntries(
        layout.extended.map((name, index) => [
          `ext_${name}`,
          Number(bitField(word, 32 + index, 32 + index)),
        ]),
      )
    : {};
  const assumed = kernel === undefined ? ` (layout ${layout.name} assumed)` : '';
  return {
    value: word,
    name: 'role',
    title: isCpuRole ? 'kvm_cpu_role' : 'kvm_mmu_page_role',
    summary: `${formatWord(word)}: ${printRole(values, layout)}${assumed}`,
    fields,
    facts: { ...values, ...extended },
    findings: findingsOf(values, layout, fields),
  };
}
