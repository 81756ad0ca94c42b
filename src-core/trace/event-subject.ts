import type { LogEvent, LogField } from '../text/log/log-event';

/**
 * What kind of address a line is about. `guest`: physical with two-dimensional paging, virtual with
 * shadow paging; the line does not tell which.
 */
export type SubjectSpace = 'gpa' | 'gva' | 'guest' | 'host';

/** The address a line is about: what a walk from this line asks for. */
export interface EventSubject {
  readonly address: bigint;
  readonly space: SubjectSpace;
  /** Where it stands in the line, columns from 0. */
  readonly start: number;
  readonly end: number;
}

/** Fields that name an address, the most telling first; frame numbers count in 4 KiB. */
const telling: readonly {
  readonly role: LogField['role'];
  readonly space: SubjectSpace;
  readonly frame: boolean;
}[] = [
  { role: 'gfn', space: 'gpa', frame: true },
  { role: 'gpa', space: 'gpa', frame: false },
  { role: 'gva', space: 'gva', frame: false },
];

/** Events whose address is the guest's physical one only with two-dimensional paging. Source: trace.h, mmutrace.h. */
const dependsOnPaging = new Set(['kvm_page_fault', 'fast_page_fault']);
/** Families that tell of the host's own addresses. */
const hostFamilies = new Set(['oops-x86', 'oops-arm64', 'bad-page-map', 'crash-vtop', 'ptdump']);
/** Fields that are where code ran, not what it touched. */
const codePlaces = new Set(['rip', 'pc', 'elr']);

/** The address a line is about; `null`: none, or one that no guest table translates. */
export function subjectOf(event: LogEvent): EventSubject | null {
  for (const { role, space, frame } of telling) {
    const field = event.fields.find((one) => one.role === role && !codePlaces.has(one.name));
    if (!field || field.value === null) continue;
    const { value, start, end } = field;
    const address = frame ? (value << 12n) & 0xffff_ffff_ffff_ffffn : value;
    return { address, space: spaceOf(event, space), start, end };
  }
  return null;
}

function spaceOf(event: LogEvent, space: SubjectSpace): SubjectSpace {
  if (dependsOnPaging.has(event.name)) return 'guest';
  const guestIpa = event.hints?.formats.includes('arm64-s2') === true;
  return hostFamilies.has(event.family) && !guestIpa ? 'host' : space;
}
