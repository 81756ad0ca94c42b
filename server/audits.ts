import { type AuditReport, auditSteps } from '../src-core/index';
import type { FileView } from './file-view';
import type { TableChoice } from './table-choice';
import { growingGraph } from './table-graphs';

/** What is looked at of each finding of a file: VS Code keeps 1,000 problems a file. */
const listed = 1000;

const reports = new WeakMap<TableChoice, AuditReport>();

/** The audit of a file's tables, made once for each version of the file. */
export function* auditOf(view: FileView, tables: TableChoice): Generator<void, AuditReport> {
  const known = reports.get(tables);
  if (known) return known;
  const { format, hints, era } = tables;
  const layout = hints.layout ?? (hints.kernel === undefined ? era?.layout : undefined);
  const report = yield* auditSteps(growingGraph(tables), {
    format: format.name,
    ...(layout !== undefined && { layout }),
    ...(hints.kernel !== undefined && { kernel: hints.kernel }),
    cpu: view.cpu,
    listed,
  });
  reports.set(tables, report);
  return report;
}
