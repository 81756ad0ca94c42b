import type { LogFieldSpec, LogHints } from './log-family';

/** Values that many events have, in the way most of them write them. */
export const fieldSpecs = {
  gfn: { role: 'gfn', form: 'hex' },
  pfn: { role: 'pfn', form: 'hex' },
  gpa: { role: 'gpa', form: 'hex' },
  gva: { role: 'gva', form: 'hex' },
  hva: { role: 'hva', form: 'hex' },
  hpa: { role: 'hpa', form: 'hex' },
  level: { role: 'level', form: 'decimal' },
  spte: { role: 'spte', form: 'hex' },
  oldSpte: { role: 'old-spte', form: 'hex' },
  newSpte: { role: 'new-spte', form: 'hex' },
  pte: { role: 'pte', form: 'hex' },
  mask: { role: 'mask', form: 'hex' },
  entryAddress: { role: 'entry-address', form: 'hex' },
  root: { role: 'root', form: 'hex' },
  register: { role: 'register', form: 'hex' },
  generation: { role: 'generation', form: 'hex' },
  access: { role: 'access', form: 'hex' },
  errorCode: { role: 'error-code', form: 'hex' },
  exitInfo: { role: 'exit-info', form: 'hex' },
  count: { role: 'count', form: 'decimal' },
  flag: { role: 'flag', form: 'decimal' },
  pointer: { role: 'pointer', form: 'token' },
  token: { role: 'text', form: 'token' },
  text: { role: 'text', form: 'text' },
  rest: { role: 'text', form: 'rest' },
} as const satisfies Record<string, LogFieldSpec>;

/** Hints of a form that every kernel (or every kernel asked) prints alike. */
export function noHints(why: string): LogHints {
  return { since: null, until: null, formats: [], why };
}

/** Hints of a form of some kernels only. */
export function kernels(since: string | null, until: string | null, why: string): LogHints {
  return { since, until, formats: [], why };
}
