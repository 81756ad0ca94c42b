import type { AuditFinding, TextFinding } from '../src-core/index';
import { auditOf } from './audits';
import type { FileView } from './file-view';
import { levelOf } from './finding-levels';
import type { Place } from './protocol';
import type { FindingLevel } from './settings-schema';
import { placeOfWord } from './text-places';

/** Something wrong in a file, at its place, as it is to be shown. */
export interface FileFinding {
  readonly code: string;
  readonly level: Exclude<FindingLevel, 'off'>;
  readonly message: string;
  readonly place: Place;
  /** Another entry that has a part in it. */
  readonly other: Place | null;
  /** The entry it is about; `null`: it is about a line of the text. */
  readonly audit: AuditFinding | null;
}

/** What is found, the worst first, and how many more there are than are told. */
export interface FileFindings {
  readonly findings: readonly FileFinding[];
  readonly more: number;
}

const order: readonly FindingLevel[] = ['error', 'warning', 'information', 'hint'];

/**
 * What is wrong with a file's lines and tables, as the settings want it shown.
 * @param most findings told
 */
export function* findingsOf(view: FileView, most: number): Generator<void, FileFindings> {
  const { tables, settings } = view;
  const found: FileFinding[] = [];
  let unlisted = 0;
  for (const finding of view.index.findings()) {
    const level = levelOf(settings, finding.code, finding.severity);
    if (level !== 'off') found.push(ofText(view, finding, level));
  }
  yield;
  if (!('problem' in tables)) {
    const report = yield* auditOf(view, tables);
    const listed = new Map<string, number>();
    const shown = report.findings.flatMap((finding) => {
      const level = levelOf(settings, finding.code, finding.severity);
      if (level === 'off') return [];
      listed.set(finding.code, (listed.get(finding.code) ?? 0) + finding.standsFor);
      return [{ finding, level }];
    });
    for (const [code, count] of listed) {
      unlisted += Math.max(0, (report.counts.get(code) ?? 0) - count);
    }
    // The worst first, so that places are looked up only for what will be told.
    shown.sort((one, other) => order.indexOf(one.level) - order.indexOf(other.level));
    unlisted += Math.max(0, shown.length - most);
    for (const { finding, level } of shown.slice(0, most)) {
      const told = ofTables(view, finding, level);
      if (told) found.push(told);
      yield;
    }
  }
  found.sort(
    (one, other) =>
      order.indexOf(one.level) - order.indexOf(other.level) || one.place.line - other.place.line,
  );
  const findings = found.slice(0, most);
  return { findings, more: unlisted + found.length - findings.length };
}

function ofText(
  view: FileView,
  { code, message, line, start, end }: TextFinding,
  level: FileFinding['level'],
): FileFinding {
  // A finding without a place of its own is about the whole line.
  const stop = end > start ? end : view.index.lineText(line).length;
  return {
    code,
    level,
    message,
    place: { uri: view.uri, line, start, end: stop },
    other: null,
    audit: null,
  };
}

function ofTables(
  view: FileView,
  audit: AuditFinding,
  level: FileFinding['level'],
): FileFinding | undefined {
  const place = placeOfWord(view, audit.entryAddress);
  if (!place) return undefined;
  const other = audit.other === null ? null : (placeOfWord(view, audit.other) ?? null);
  return { code: audit.code, level, message: audit.message, place, other, audit };
}
