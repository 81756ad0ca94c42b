import type { SplitCacheFigures, SplitWork } from '../../src-core/index';

const width = 40;

/** What is left in a cache after each split, as bars; the mark shows what the next split needs. */
export function cacheChart({ left, capacity, min, name }: SplitCacheFigures, most: number): string {
  const scale = (value: number): number => Math.round((value * width) / most);
  const mark = scale(min);
  const lines = left.map((objects, split) => {
    const bar = '█'.repeat(scale(objects)).padEnd(width);
    const marked = `${bar.slice(0, mark)}${bar[mark] === '█' ? '█' : '│'}${bar.slice(mark + 1)}`;
    const filled = split === 0 || left[split - 1]! < min ? ' filled before' : '';
    return `${String(split + 1).padStart(3)} ${marked.trimEnd()} ${objects}${filled}`;
  });
  return [`${titles[name]}: ${capacity} objects, │ marks ${min}`, ...lines].join('\n');
}

export const titles: Readonly<Record<SplitCacheFigures['name'], string>> = {
  before: 'before the fix',
  after: 'after it',
};

interface Row {
  readonly label: string;
  readonly value: (figures: SplitCacheFigures) => string;
}

const bytes = (count: number): string => `${count} bytes`;

/** Figures of a cache, by name. */
export const cacheRows: readonly Row[] = [
  { label: 'capacity', value: ({ capacity, bytesHeld }) => `${capacity} (${bytes(bytesHeld)})` },
  { label: 'needed before a split', value: ({ min }) => String(min) },
  {
    label: 'buffer beyond that',
    value: ({ buffer, objectBytes }) => `${buffer} (${bytes(buffer * objectBytes)})`,
  },
  { label: 'filled, the lock dropped', value: ({ fills }) => `${fills} times` },
  { label: 'allocated', value: ({ allocated }) => String(allocated) },
  { label: 'used', value: ({ used }) => String(used) },
  {
    label: 'wasted at the end',
    value: ({ wasted, bytesWasted }) => `${wasted} (${bytes(bytesWasted)})`,
  },
];

/** Figures and charts of both caches as Markdown. */
export function splitCachesMarkdown(
  { splits, used }: SplitWork,
  caches: readonly SplitCacheFigures[],
): string {
  const most = Math.max(...caches.map(({ capacity }) => capacity));
  const cells = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  const charts = caches.map((figures) => `\`\`\`text\n${cacheChart(figures, most)}\n\`\`\``);
  return [
    '# The cache of eager page splitting',
    `${splits} huge pages of a nested guest are split, each takes ${used} descriptors (\`pte_list_desc\`, 128 bytes). Before each split the cache must hold what one can take at most; where it does not, the lock is dropped and the cache filled.`,
    [
      cells(['', ...caches.map(({ name }) => titles[name])]),
      cells(['---', ...caches.map(() => '---:')]),
      ...cacheRows.map(({ label, value }) => cells([label, ...caches.map(value)])),
    ].join('\n'),
    'What is left after each of the first splits:',
    ...charts,
    '_Sources: `topup_split_caches()`, `SPLIT_DESC_CACHE_MIN_NR_OBJECTS`, arch/x86/kvm/mmu/mmu.c, v6.0; the series of June 2022, patch 3/3._',
  ].join('\n\n');
}
