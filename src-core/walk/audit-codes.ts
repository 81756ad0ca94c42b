import type { Severity } from '../paging/decoded-entry';

/** Findings that only a look at the whole tree can make; those of single entries are decode's. */
export const auditCodes = {
  missing: { code: 'missing-table', severity: 'info' },
  cycle: { code: 'cycle', severity: 'warning' },
  aliasPermissions: { code: 'alias-permissions', severity: 'info' },
  aliasMemoryType: { code: 'alias-memory-type', severity: 'warning' },
  writeExecute: { code: 'writable-and-executable', severity: 'warning' },
} as const satisfies Readonly<Record<string, { code: string; severity: Severity }>>;

/**
 * Findings of decode that the audit makes itself or that concern no single entry: rights are judged
 * over the whole walk, and an unknown kernel is said once, where tables are chosen.
 */
export const notOfEntries: ReadonlySet<string> = new Set([
  'writable-and-executable',
  'kernel-unknown',
]);
