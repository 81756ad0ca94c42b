import fc from 'fast-check';

/** Kernels of every walker and of the folded helpers. */
const kernels = [
  ['4.18', 'seed'],
  ['4.20', 'v4.20'],
  ['5.4', 'v4.20'],
  ['5.9', 'v4.20'],
  ['5.10', 'current'],
  ['6.1', 'current'],
  ['6.2', 'current'],
  ['6.5', 'current'],
  ['6.12', 'current'],
  ['6.19', 'current'],
  ['7.2', 'current'],
] as const;

export interface RandomStage2 {
  readonly kernel: string;
  readonly helpers: 'seed' | 'v4.20' | 'current';
  readonly granule: '4K' | '16K' | '64K';
  readonly ipaBits: number;
  readonly lpa2: boolean;
  readonly fwb: boolean;
  readonly rangeTlbi: boolean;
  readonly dic: boolean;
  readonly ha: boolean;
  /** 0: none, 1: the largest block, 2: the smaller one, 3: a page. */
  readonly chunk: 0 | 1 | 2 | 3;
}

export const anyStage2: fc.Arbitrary<RandomStage2> = fc
  .record({
    kernel: fc.constantFrom(...kernels),
    granule: fc.constantFrom('4K' as const, '16K' as const, '64K' as const),
    ipaBits: fc.integer({ min: 32, max: 48 }),
    lpa2: fc.boolean(),
    fwb: fc.boolean(),
    rangeTlbi: fc.boolean(),
    dic: fc.boolean(),
    ha: fc.boolean(),
    chunk: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
  })
  .map(({ kernel: [kernel, helpers], ...rest }) => {
    const eager = ['6.5', '6.12', '6.19', '7.2'].includes(kernel);
    const lpa2 = rest.lpa2 && ['6.12', '6.19', '7.2'].includes(kernel);
    // The posted helpers make one level of these, which nothing folds.
    const least = helpers === 'seed' && rest.granule === '64K' ? 34 : 32;
    const ipaBits = Math.max(rest.ipaBits + (lpa2 && rest.granule !== '64K' ? 4 : 0), least);
    return { ...rest, kernel, helpers, lpa2, ipaBits, chunk: eager ? rest.chunk : 0 };
  });

/** One thing to do; places are fractions of a machine's own, so that every machine can do it. */
export interface RandomStep {
  readonly what:
    | 'map'
    | 'map-blocks'
    | 'unmap'
    | 'write-protect'
    | 'age'
    | 'mkyoung'
    | 'relax-permissions'
    | 'set-owner'
    | 'split'
    | 'access'
    | 'dirty-log';
  /** Which of the machine's regions. */
  readonly region: number;
  /** Page within the region. */
  readonly page: number;
  readonly pages: number;
  readonly frame: number;
  readonly rights: 'r' | 'rw' | 'rx' | 'rwx' | 'w' | '-';
  readonly memory: 'normal' | 'normal-nc' | 'device';
  readonly forced: boolean;
  readonly shared: boolean;
  readonly access: 'read' | 'write' | 'execute';
}

const weights = [
  ['map', 6],
  ['map-blocks', 5],
  ['unmap', 6],
  ['write-protect', 3],
  ['age', 3],
  ['mkyoung', 1],
  ['relax-permissions', 2],
  ['set-owner', 2],
  ['split', 3],
  ['access', 12],
  ['dirty-log', 2],
] as const;

export const anyStep: fc.Arbitrary<RandomStep> = fc.record({
  what: fc.oneof(...weights.map(([what, weight]) => ({ weight, arbitrary: fc.constant(what) }))),
  region: fc.nat(3),
  page: fc.nat(0xffff),
  pages: fc.integer({ min: 1, max: 24 }),
  frame: fc.nat(0xffff),
  rights: fc.constantFrom('r', 'rw', 'rx', 'rwx', 'w', '-'),
  memory: fc.constantFrom('normal', 'normal', 'normal', 'normal-nc', 'device'),
  forced: fc.boolean(),
  shared: fc.boolean(),
  access: fc.constantFrom('read', 'write', 'execute'),
});
