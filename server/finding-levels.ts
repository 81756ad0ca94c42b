import { DiagnosticSeverity } from 'vscode-languageserver';

import type { Severity } from '../src-core/index';
import type { FileSettings, FindingLevel } from './settings-schema';

/**
 * Codes whose findings are information, and yet are shown without being asked for: nothing else
 * tells them. Information about a single entry stands in its hover.
 */
const toldAnyway: ReadonlySet<string> = new Set(['missing-table', 'alias-permissions']);

const usual: Readonly<Record<Severity, FindingLevel>> = {
  error: 'error',
  warning: 'warning',
  info: 'off',
};

/** How a finding is shown: as it is set for its code, or by itself. */
export function levelOf(
  { severities }: FileSettings,
  code: string,
  severity: Severity,
): FindingLevel {
  const set = severities && Object.hasOwn(severities, code) ? severities[code] : undefined;
  return set ?? (toldAnyway.has(code) ? 'information' : usual[severity]);
}

/** Levels as the protocol numbers them. */
export const diagnosticSeverities: Readonly<
  Record<Exclude<FindingLevel, 'off'>, DiagnosticSeverity>
> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};
