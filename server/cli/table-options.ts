import { entryOptions } from './entry-options';
import { sourceOptions } from './source-options';

/** Options that say which tables are meant. */
export const tableOptions = {
  ...entryOptions,
  ...sourceOptions,
  root: { type: 'string' },
  levels: { type: 'string' },
  granule: { type: 'string' },
  'ia-bits': { type: 'string' },
  ttbr: { type: 'string' },
  tcr: { type: 'string' },
  mair: { type: 'string' },
  regime: { type: 'string' },
  half: { type: 'string' },
  vttbr: { type: 'string' },
  vtcr: { type: 'string' },
  hcr: { type: 'string' },
} as const;
