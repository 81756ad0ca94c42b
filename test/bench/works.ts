/** One work that is measured: both programs take the same arguments and give the same figures. */
export interface Work {
  readonly title: string;
  readonly args: (folder: string) => readonly string[];
  /** At most so many times the baseline's time; `null`: no target. */
  readonly target: number | null;
}

/** Files are made by `inputs.ts`; the root of every image stands first in it. */
const root = '0x1000000';

/** What is measured, with the targets of the project's benchmark facts. */
export const works: readonly Work[] = [
  {
    title: 'merge d1m (1,048,576 leaves)',
    args: (folder) => ['merge', `${folder}/d1m.raw`, root],
    target: null,
  },
  {
    title: 'merge d16m (16,777,216 leaves)',
    args: (folder) => ['merge', `${folder}/d16m.raw`, root],
    target: 3,
  },
  {
    title: 'merge mix (4K, 2M and 1G leaves, sparse)',
    args: (folder) => ['merge', `${folder}/mix.raw`, root],
    target: 4,
  },
  {
    title: '1,000,000 random translations on d16m',
    args: (folder) => ['va', `${folder}/d16m.raw`, root, `${folder}/d16m.addrs`],
    target: 2.5,
  },
  {
    title: '1,000,000 random translations on mix',
    args: (folder) => ['va', `${folder}/mix.raw`, root, `${folder}/mix.addrs`],
    target: null,
  },
  {
    title: 'index 100 MB of xp text, provenance kept',
    args: (folder) => ['text', `${folder}/d16m.xp.txt`],
    target: 3,
  },
];
