import {
  type CpuConfig,
  type EntryFormatName,
  eras,
  fingerprintEras,
  findEntryFormat,
  highHalf,
  isKvmX86Format,
  lowHalf,
  type TextIndex,
  withoutAccessed,
} from '../src-core/index';
import type { Ground } from './ask-entry';
import type { TableEra } from './table-era';

/** What the SPTEs of a trace tell about the machine that printed it. */
export interface TraceReading {
  readonly format?: EntryFormatName;
  readonly formatGround?: Ground;
  readonly era?: TableEra;
}

/** Events read: enough to see every kind of SPTE that a run writes. */
const eventsRead = 4096;

/** Formats tried where the events' names do not tell: two-dimensional paging is the usual one. */
const usualFormats: readonly EntryFormatName[] = ['ept', 'npt64'];

interface Sample {
  readonly lo: Uint32Array;
  readonly hi: Uint32Array;
  readonly level: Uint8Array;
  readonly formats: readonly EntryFormatName[];
  readonly entries: number;
}

/**
 * Format and kernel from the SPTEs that a file's events name. Nothing, where there are none or
 * where they fit no kernel.
 */
export function readTrace(
  index: TextIndex,
  given: EntryFormatName | undefined,
  cpu: CpuConfig,
): TraceReading {
  const sample = sampleEvents(index);
  if (sample.entries === 0) return {};
  // An event's name tells EPT, not whether the machine uses A/D bits: the tables it links do.
  const noAd = withoutAccessed(sample);
  const ofMachine = (format: EntryFormatName): EntryFormatName =>
    format === 'ept' && noAd ? 'ept-noad' : format;
  const formats = (given === undefined ? sample.formats.map(ofMachine) : [given]).filter(
    isKvmX86Format,
  );
  const readings = formats.flatMap((format) => {
    const print = fingerprintEras({ format, cpu, ...sample });
    const misfits = Math.min(...print.fits.map((fit) => fit.misfits));
    return print.fitting.length === 0 ? [] : [{ format, print, misfits }];
  });
  const best = readings.sort((one, other) => one.misfits - other.misfits)[0];
  if (!best) return {};
  const { fitting, span } = best.print;
  const era = fitting.findLast(({ caveat }) => caveat === null) ?? fitting.at(-1)!;
  const { title } = findEntryFormat(best.format)!;
  return {
    format: best.format,
    formatGround: {
      basis: 'detected',
      why: `${title}: ${sample.entries - best.misfits} of ${sample.entries} SPTEs in this file fit it`,
    },
    ...(fitting.length < eras.length && {
      era: {
        layout: era.name,
        candidates: fitting.map(({ name }) => name),
        kernels: span,
        ground: {
          basis: 'detected',
          why: `kernel ${span} from this file's SPTEs${fitting.length > 1 ? `, read as ${era.span}` : ''}`,
        },
      },
    }),
  };
}

function sampleEvents(index: TextIndex): Sample {
  const lo: number[] = [];
  const hi: number[] = [];
  const levels: number[] = [];
  let formats: readonly EntryFormatName[] = [];
  let read = 0;
  for (const { line } of index.events()) {
    if (++read > eventsRead) break;
    const event = index.logEvent(line);
    const level = event?.fields.find(({ role }) => role === 'level')?.value ?? null;
    if (!event || level === null) continue;
    formats = narrowed(formats, event.hints?.formats ?? []);
    for (const { role, value } of event.fields) {
      if ((role !== 'spte' && role !== 'new-spte') || value === null) continue;
      lo.push(lowHalf(value));
      hi.push(highHalf(value));
      levels.push(Number(level));
    }
  }
  return {
    lo: Uint32Array.from(lo),
    hi: Uint32Array.from(hi),
    level: Uint8Array.from(levels),
    formats: formats.length === 0 ? usualFormats : formats,
    entries: lo.length,
  };
}

/** What two sets of formats have in common; an empty set says nothing. */
function narrowed(
  one: readonly EntryFormatName[],
  other: readonly EntryFormatName[],
): readonly EntryFormatName[] {
  if (one.length === 0) return other;
  const both = one.filter((format) => other.includes(format));
  return both.length === 0 ? one : both;
}
