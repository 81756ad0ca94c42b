import type { EventKind, SimEvent } from '../event-log';
import { reasons } from '../reasons';
import { formatWord } from '../../word';
import type { EventRow } from './machine-view';

interface EventWords {
  readonly words: string;
  readonly severity?: 'error' | 'warning';
  /** The event's own text says it all. */
  readonly textOnly?: boolean;
}

/** What happened, in a few words. */
const eventWords: Readonly<Record<EventKind, EventWords>> = {
  write: { words: 'entry written' },
  broken: { words: 'break before make' },
  'cache-clean': { words: 'cache maintenance' },
  abort: { words: 'stage-2 abort' },
  'exchange-failed': { words: 'compare-exchange failed' },
  changed: { words: 'change put on the books' },
  'table-allocated': { words: 'table allocated' },
  'table-linked': { words: 'table linked' },
  'table-unlinked': { words: 'table unlinked' },
  'table-queued': { words: 'table waits for its readers' },
  'table-freed': { words: 'table freed' },
  flush: { words: 'TLB flush' },
  'page-dirty': { words: 'host page is dirty' },
  'page-accessed': { words: 'host page was accessed' },
  'gfn-dirty': { words: 'frame in the dirty log' },
  split: { words: 'huge page split' },
  'external-set': { words: 'TDX module: entry set' },
  'external-removed': { words: 'TDX module: page removed' },
  'external-freed': { words: 'TDX module: table given back' },
  'root-allocated': { words: 'root allocated' },
  'root-invalidated': { words: 'root invalidated' },
  locked: { words: 'lock taken' },
  unlocked: { words: 'lock released' },
  yielded: { words: 'yielded' },
  'yield-refused': { words: 'yield refused: no progress since the walk (re)started' },
  'slot-changed': { words: 'memory slot changed' },
  'host-changed': { words: 'host page moved' },
  generation: { words: 'generation of the slots' },
  'guest-write': { words: 'guest memory written' },
  'guest-fault': { words: 'page fault given to the guest' },
  emulated: { words: 'instruction emulated' },
  'page-found': { words: 'shadow page found again' },
  unsync: { words: 'shadow page may be behind (unsync)' },
  sync: { words: 'shadow page brought up to date' },
  'rmap-added': { words: 'rmap: entry added' },
  'rmap-removed': { words: 'rmap: entry removed' },
  'rmap-found': { words: 'rmap: names an entry' },
  'desc-allocated': { words: 'rmap: descriptor taken' },
  'desc-freed': { words: 'rmap: descriptor freed' },
  'cache-filled': { words: 'memory cache filled' },
  'root-loaded': { words: 'root loaded' },
  operation: { words: 'operation', textOnly: true },
  result: { words: 'result', textOnly: true },
  warn: { words: 'WARN', severity: 'warning' },
  'unknown-table': { words: 'unknown table', severity: 'error' },
  bug: { words: 'BUG', severity: 'error' },
};

const hex = (value: number): string => `0x${value.toString(16)}`;

/**
 * An event as a row says it.
 * @param title what the event's text is as a title, where it names an operation
 */
export function eventTexts(
  event: SimEvent,
  title: string,
): Pick<EventRow, 'kind' | 'label' | 'description' | 'severity'> {
  const { kind, table, index, level, gfn, text } = event;
  const { words, severity = null, textOnly = false } = eventWords[kind];
  const subject = index === null ? (table === null ? '' : ` ${hex(table)}`) : ` [${index}]`;
  const label = textOnly ? title : severity ? `${words}: ${text ?? ''}` : words + subject;
  const description = [
    reasons[event.why],
    textOnly || severity ? '' : (text ?? ''),
    gfn === null ? '' : `${level === null ? '' : `level ${level}, `}GFN ${hex(gfn)}`,
    index === null || table === null ? '' : `table ${hex(table)}`,
    changeText(event),
  ];
  return { kind, label, severity, description: description.filter(Boolean).join(' · ') };
}

function changeText({ old, new: value }: SimEvent): string {
  if (value === null) return old === null ? '' : formatWord(old);
  return `${old === null ? '?' : formatWord(old)} → ${formatWord(value)}`;
}
