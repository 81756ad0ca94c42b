import { arm64LayoutNames } from '../../src-core/kvm/arm64-software-bits';
import { layoutsOfFormat } from '../../src-core/kvm/decode';
import { decoders } from '../../src-core/kvm/decoders';
import { layoutNames } from '../../src-core/kvm/layouts';
import { granules } from '../../src-core/paging/arm64-granule';
import { regimeOf, regimes } from '../../src-core/paging/arm64-regimes';
import type { CpuConfig } from '../../src-core/paging/cpu';
import { type EntryFormatName, entryFormats } from '../../src-core/paging/entry-format';
import { bitMask } from '../../src-core/word';
import { Numbers } from './numbers';

/** Where an entry stands, as far as somebody said. */
export interface CasePlace {
  readonly format: EntryFormatName;
  readonly level: number;
  readonly cpu: CpuConfig;
  readonly layout?: string;
  readonly kernel?: string;
}

export interface EntryCase {
  readonly place: CasePlace;
  readonly value: bigint;
}

/** So many values in turn stand at one place: what a place means is worked out once. */
export const valuesAtPlace = 64;

/** One in so many places has neither layout nor kernel: it is guessed from the bits, which takes long. */
const unknownEvery = 64;

/** Kernels as people write them; each lies in another layout of one format or the other. */
const kernels = [
  ['4.4', '4.11', '4.19', '5.1', '5.4', '5.6', '5.10', '5.12', '5.13', '5.15'],
  ['5.19', '6.1', '6.6', '6.10', '6.12', '6.17', '7.2', '6.1.0-44-amd64'],
].flat();

type Draw<T> = (numbers: Numbers) => T;
/** What is drawn for each fact of a CPU that is stated. */
type CpuDraws = { readonly [Fact in keyof CpuConfig]?: Draw<NonNullable<CpuConfig[Fact]>> };

const flag: Draw<boolean> = (numbers) => numbers.below(2) === 1;
const between =
  (low: number, high: number): Draw<number> =>
  (numbers) =>
    low + numbers.below(high - low + 1);
const oneOf =
  <T>(...values: readonly T[]): Draw<T> =>
  (numbers) =>
    numbers.pick(values);

const x86Cpu: CpuDraws = {
  vendor: oneOf('intel', 'amd'),
  maxPhysBits: between(0, 60),
  kernelPhysBits: between(30, 52),
  cacheBits: between(36, 52),
  l1tfBug: flag,
  execOnly: flag,
  mbec: flag,
  smeCBit: oneOf(47, 51),
  nx: flag,
  gbPages: flag,
  hugeLevel: between(1, 3),
  tdx: flag,
  mmioCaching: flag,
  pse: flag,
  pse36: flag,
};

const arm64Cpu: CpuDraws = {
  granule: (numbers) => numbers.pick(Object.values(granules)).name,
  paBits: oneOf(32, 36, 40, 42, 44, 48, 52),
  lpa2: flag,
  fwb: flag,
  xnx: flag,
  regime: (numbers) => numbers.pick(regimes).name,
  mair: anyWord,
  hardwareAccessFlag: flag,
  hardwareDirty: flag,
  noTablePermissions: flag,
};

/** Each fact stated or left unknown. */
function anyCpu(numbers: Numbers, draws: CpuDraws): CpuConfig {
  const stated = Object.entries(draws).flatMap(([fact, draw]) =>
    flag(numbers) ? [[fact, draw(numbers)] as const] : [],
  );
  return Object.fromEntries(stated);
}

/** Names of the layouts that entries of a format have on some CPU. */
function layoutsOf(format: EntryFormatName, cpu: CpuConfig): readonly string[] {
  if (format === 'arm64-s1') {
    const { software } = regimeOf(cpu.regime);
    return arm64LayoutNames[software === 'kvm-hyp' ? 'arm64-s2' : format];
  }
  if (format === 'arm64-s2') return arm64LayoutNames[format];
  // Layouts of unmerged patches are found by name alone: they are in no format's list.
  return layoutsOfFormat(format).length === 0 ? [] : layoutNames;
}

function anySoftware(
  numbers: Numbers,
  format: EntryFormatName,
  cpu: CpuConfig,
): Partial<CasePlace> {
  if (numbers.below(unknownEvery) === 0) return {};
  if (numbers.below(4) === 0) return { kernel: numbers.pick(kernels) };
  const names = layoutsOf(format, cpu);
  return names.length === 0 ? {} : { layout: numbers.pick(names) };
}

function anyPlace(numbers: Numbers): CasePlace {
  const { name: format } = numbers.pick(entryFormats);
  const arm64 = format.startsWith('arm64');
  const cpu = anyCpu(numbers, arm64 ? arm64Cpu : x86Cpu);
  const { levels } = decoders[format];
  const most = arm64 ? granules[cpu.granule ?? '4K'].mostLevels : Infinity;
  const level = numbers.pick(levels.filter((one) => one <= most));
  return { format, level, cpu, ...anySoftware(numbers, format, cpu) };
}

function anyWord(numbers: Numbers): bigint {
  return (BigInt(numbers.next()) << 32n) | BigInt(numbers.next());
}

function fewBits(numbers: Numbers): bigint {
  let word = 0n;
  for (let left = numbers.below(13); left > 0; left--) word |= 1n << BigInt(numbers.below(64));
  return word;
}

/** Parked and MMIO entries of several kernels, access-tracked ones, arm64's annotations. */
const constants: readonly Draw<bigint>[] = [
  oneOf(0n, 1n << 63n, 0x5a0n, 0x8000_0000_0000_05a0n, 0x8000_0000_0000_01a0n),
  oneOf(1n << 57n, 1n << 59n, 1n << 62n, 3n << 62n, 3n << 52n, 6n, 0x400n, 1n << 58n),
];

/** Half of them are any word; the rest looks like what stands in tables. */
const words: readonly Draw<bigint>[] = [
  ...[anyWord, anyWord, anyWord, anyWord],
  ...[fewBits, fewBits, fewBits],
  (numbers) => numbers.pick(constants)(numbers) ^ (flag(numbers) ? fewBits(numbers) : 0n),
];

/** The cases of a run with that seed, by number: case n is always the same, wherever one begins. */
export function* entryCases(seed: number, from: number, to: number): Generator<EntryCase> {
  let place: CasePlace | undefined;
  for (let number = from; number < to; number++) {
    if (place === undefined || number % valuesAtPlace === 0) {
      place = anyPlace(new Numbers(seed, 2 * Math.floor(number / valuesAtPlace)));
    }
    const numbers = new Numbers(seed, 2 * number + 1);
    const bits = decoders[place.format].entryBits;
    yield { place, value: numbers.pick(words)(numbers) & bitMask(bits - 1, 0) };
  }
}
