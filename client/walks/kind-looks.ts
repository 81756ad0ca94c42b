/** How a kind of entry or an end of a walk is told: icon, theme colour and word, all three. */
export interface KindLook {
  /** Codicon. */
  readonly icon: string;
  /** Theme colour; none: the text's own. */
  readonly color?: string;
  readonly word: string;
  /** Which mark an entry of this kind gets on the path of a walk. */
  readonly mark: 'path' | 'leaf' | 'stop';
}

const looks: Readonly<Record<string, KindLook>> = {
  table: { icon: 'list-tree', color: 'charts.blue', word: 'table', mark: 'path' },
  leaf: { icon: 'symbol-field', color: 'charts.green', word: 'leaf', mark: 'leaf' },
  block: { icon: 'symbol-field', color: 'charts.green', word: 'block', mark: 'leaf' },
  page: { icon: 'symbol-field', color: 'charts.green', word: 'page', mark: 'leaf' },
  mapped: { icon: 'pass', color: 'charts.green', word: 'mapped', mark: 'leaf' },
  mmio: { icon: 'plug', color: 'charts.purple', word: 'MMIO', mark: 'stop' },
  empty: { icon: 'circle-slash', color: 'charts.yellow', word: 'empty', mark: 'stop' },
  'not-present': {
    icon: 'circle-slash',
    color: 'charts.yellow',
    word: 'not present',
    mark: 'stop',
  },
  invalid: { icon: 'circle-slash', color: 'charts.yellow', word: 'invalid', mark: 'stop' },
  removed: { icon: 'lock', color: 'charts.yellow', word: 'removed', mark: 'stop' },
  frozen: { icon: 'lock', color: 'charts.yellow', word: 'frozen', mark: 'stop' },
  disconnected: {
    icon: 'debug-disconnect',
    color: 'charts.yellow',
    word: 'disconnected',
    mark: 'stop',
  },
  reserved: { icon: 'error', color: 'charts.red', word: 'reserved bits set', mark: 'stop' },
  'non-canonical': { icon: 'error', color: 'charts.red', word: 'non-canonical', mark: 'stop' },
  cycle: { icon: 'sync-ignored', color: 'charts.red', word: 'cycle', mark: 'stop' },
  root: { icon: 'type-hierarchy', color: 'charts.blue', word: 'root', mark: 'path' },
  'invalid-root': {
    icon: 'type-hierarchy',
    color: 'charts.yellow',
    word: 'invalid root',
    mark: 'stop',
  },
  'queued-table': { icon: 'watch', color: 'charts.yellow', word: 'unlinked table', mark: 'stop' },
  'unknown-table': { icon: 'question', color: 'charts.red', word: 'unknown table', mark: 'stop' },
  group: { icon: 'folder', word: 'group', mark: 'stop' },
  missing: { icon: 'question', word: 'not in this dump', mark: 'stop' },
};

/** The look of a kind or status; a kind this client does not know yet is named as it came. */
export function lookOf(kind: string): KindLook {
  return looks[kind] ?? { icon: 'circle-outline', word: kind, mark: 'stop' };
}
