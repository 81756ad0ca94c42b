import {
  decodeRole,
  encodeRole,
  findRoleLayout,
  formatWord,
  type LogEvent,
  type PrintedRole,
  printedRole,
  type RoleLayout,
  roleLayouts,
} from '../../src-core/index';
import type { FileView } from '../file-view';
import { type Answer, code, strong } from '../render/answer';
import { findingLine } from '../render/entry';
import { fieldTable } from '../render/field-table';
import { kernelOfFile } from './kernel-of-file';

/** The role of the shadow page that a trace's line prints; `null`: the line prints none. */
export function roleAnswer(view: FileView, event: LogEvent): Answer | null {
  const read = readRole(event, kernelOfFile(view));
  if (!read) return null;
  const { layout, role, why } = read;
  const word = encodeRole(role.fields, layout);
  const decoded = typeof word === 'bigint' ? decodeRole(word, layout.name) : word;
  if ('problem' in decoded) return null;
  const told = decoded.fields.filter(({ name }) => !role.untold.includes(name));
  const gfn = event.fields.find((field) => field.role === 'gfn')?.value;
  const says = ['direct', 'quadrant', 'access']
    .map((name) => told.find((field) => field.name === name)?.meaning ?? '')
    .filter((meaning) => meaning !== '');
  return {
    headline: [
      strong(`${event.title}: level ${role.fields['level'] ?? '?'}`),
      ...(gfn == null ? [] : [', GFN ', code(formatWord(gfn))]),
    ],
    meaning: [[says.join(' · ')]],
    warnings: decoded.findings.map(findingLine),
    table: fieldTable(told),
    everyBit: null,
    notes: role.untold.length === 0 ? [] : [[`The line does not tell ${role.untold.join(', ')}.`]],
    basis: [event.hints?.why ?? '', why].filter((part) => part !== '').join('; '),
    links: [],
  };
}

interface ReadRole {
  readonly layout: RoleLayout;
  readonly role: PrintedRole;
  readonly why: string;
}

/** By the file's kernel; where that is not known, by the newest whose letters the line has. */
function readRole(event: LogEvent, kernel: string | undefined): ReadRole | undefined {
  const named = kernel === undefined ? undefined : findRoleLayout(kernel);
  const known = named && !('problem' in named) ? named : undefined;
  for (const layout of known ? [known] : [...roleLayouts].reverse()) {
    const role = printedRole(event, layout);
    if (!role) return undefined;
    if (!known && role.untold.includes('access')) continue;
    const why = known ? `fields of ${layout.name}` : `fields of ${layout.name} assumed`;
    return { layout, role, why };
  }
  return undefined;
}
