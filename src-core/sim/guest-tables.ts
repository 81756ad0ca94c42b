import type { GuestTable } from './shadow/guest-memory';

/** How a guest of the TDP MMU may page: the names that shadow paging has for them. */
export const ownFormNames = ['32', 'pae', '64'] as const;

/**
 * A guest's own tables, in its memory. The TDP MMU never looks at them: they are there for walks of
 * both dimensions.
 */
export interface GuestTables {
  readonly form: (typeof ownFormNames)[number];
  /** Guest-physical byte address of the root. */
  readonly cr3: number;
  readonly tables: readonly GuestTable[];
}
