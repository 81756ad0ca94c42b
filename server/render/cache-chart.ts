import type { SplitCacheFigures } from '../../src-core/index';

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
