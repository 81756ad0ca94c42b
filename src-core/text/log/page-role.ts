import { roleFields, type RoleFields } from '../../kvm/role';
import type { RoleLayout } from '../../kvm/role-layouts';
import type { LogEvent } from './log-event';

/** What a shadow page's line tells of the role, by the kernel's names for its fields. */
export interface PrintedRole {
  readonly fields: RoleFields;
  /** Names of this kernel's fields that the line does not tell. */
  readonly untold: readonly string[];
}

/** The printed value of a field: where the line has none, the flag is clear or nothing is told. */
type Printed = (text: string | undefined) => number | undefined;

const number: Printed = (text) => (text === undefined ? undefined : Number(text));
const present: Printed = (text) => (text === undefined ? 0 : 1);
const positive: Printed = (text) => (text === undefined ? undefined : text.startsWith('!') ? 0 : 1);
const negative: Printed = (text) => (text === undefined ? undefined : text.startsWith('!') ? 1 : 0);

/** Role fields by the kernel's names, the field of the line, and how it is printed. Source: mmutrace.h. */
const rows: readonly (readonly [role: string, field: string, read: Printed])[] = [
  ['level', 'level', number],
  ['quadrant', 'quadrant', number],
  ['direct', 'direct', present],
  ['invalid', 'invalid', present],
  ['nxe', 'nxe', positive],
  ['efer_nx', 'nxe', positive],
  ['ad_disabled', 'ad', negative],
  ['cr0_wp', 'wp', positive],
];

/**
 * The role that a shadow page's line prints: from its words, or from the whole role word where a
 * tool printed that. `undefined`: the line tells no role.
 */
export function printedRole(event: LogEvent, layout: RoleLayout): PrintedRole | undefined {
  const texts = new Map(event.fields.map(({ name, text }) => [name, text]));
  const word = event.fields.find(({ role }) => role === 'role')?.value;
  if (word != null) return { fields: roleFields(word, layout), untold: [] };
  if (!texts.has('quadrant')) return undefined;
  const fields: Record<string, number> = {};
  for (const { name } of layout.fields) {
    const row = rows.find(([role]) => role === name);
    const value = row?.[2](texts.get(row[1]));
    if (value !== undefined) fields[name] = value;
  }
  const access = accessOf(texts.get('access') ?? '', layout);
  if (access !== undefined) fields['access'] = access;
  const bytes = guestEntryBytes(texts);
  const sizeField = layout.fields.find(({ low, width }) => low === 4 && width === 1);
  if (bytes !== undefined && sizeField) {
    fields[sizeField.name] = bytes === layout.guestEntryBytesWhenSet ? 1 : 0;
  }
  return {
    fields,
    untold: layout.fields.map(({ name }) => name).filter((name) => !(name in fields)),
  };
}

/** Access from its letters; `undefined`: other letters than this kernel prints. */
function accessOf(text: string, { access }: RoleLayout): number | undefined {
  if (text.length !== access.length) return undefined;
  let value = 0;
  for (const [place, { letter, bit }] of access.entries()) {
    if (text[place] === letter) value |= 1 << bit;
    else if (text[place] !== '-') return undefined;
  }
  return value;
}

/** Bytes of the guest's entries: `8-byte`, or `pae` where old kernels print it; the plugin's `pae` is no such thing. */
function guestEntryBytes(texts: ReadonlyMap<string, string>): 4 | 8 | undefined {
  const bytes = texts.get('entry_bytes');
  if (bytes !== undefined) return bytes === '4' ? 4 : 8;
  if (texts.has('wp')) return undefined;
  return texts.has('pae') ? 8 : 4;
}
