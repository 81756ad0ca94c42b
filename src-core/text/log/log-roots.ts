import { cutEptp } from '../../paging/eptp';
import type { EntryFormatName } from '../../paging/entry-format';
import { bitMask } from '../../word';
import type { LogEvent } from './log-event';
import type { LogRootSpec } from './log-family';

/** A root table that a line names. */
export interface LogRoot {
  /** Byte address; for a register its address bits. */
  readonly address: bigint;
  /** The value as the line has it. */
  readonly value: bigint;
  readonly owner: LogRootSpec['owner'];
  /** Formats it may have; empty: the line does not tell. */
  readonly formats: readonly EntryFormatName[];
  /** Number of levels; `null`: the line does not tell. */
  readonly levels: number | null;
  /** Where the value stands, columns from 0. */
  readonly start: number;
  readonly end: number;
}

/** The root tables that a line names; a register of 0 names none. */
export function logRoots(event: LogEvent): LogRoot[] {
  return event.roots.flatMap((spec) => {
    const field = event.fields.find(({ name }) => name === spec.field);
    if (!field || field.value === null || field.value === 0n) return [];
    const { value, start, end } = field;
    const levels = event.fields.find(({ name }) => name === spec.levels)?.value ?? null;
    return [
      {
        value,
        owner: spec.owner,
        ...readRoot(spec, value, levels === null ? null : Number(levels)),
        start,
        end,
      },
    ];
  });
}

function readRoot(
  { holds, formats }: LogRootSpec,
  value: bigint,
  levels: number | null,
): Pick<LogRoot, 'address' | 'formats' | 'levels'> {
  if (holds === 'eptp') {
    const { root, levels: walked, accessedDirty } = cutEptp(value);
    return { address: root, formats: [accessedDirty ? 'ept' : 'ept-noad'], levels: walked };
  }
  // Bits 11:0 of CR3 are flags or a PCID; with PAE bits 11:5 are address, which the line does not tell.
  const address = holds === 'cr3' ? value & bitMask(51, 12) : value;
  return { address, formats, levels };
}
