import { fingerprintEras } from '../kvm/era-fingerprint';
import type { KvmFormatName } from '../kvm/spte-masks';
import type { CpuConfig } from '../paging/cpu';
import type { EntryFormatName } from '../paging/entry-format';
import type { EntryList, TreeFit } from './tree-fit';

/** Whose entries a tree's are: KVM's, or what hardware alone defines. */
export interface Reading {
  readonly format: EntryFormatName;
  /** 0 to 1, beside the other readings. */
  readonly likelihood: number;
  readonly evidence: readonly string[];
}

/** KVM writes its entries by rules: fewer than this share of exceptions, and they are KVM's. */
const exceptions = 0.05;

/** How KVM's a sample is: the share of entries that some kernel would have written so. */
function kvmReading(format: KvmFormatName, sample: EntryList, cpu: CpuConfig): Reading {
  const { fits, entries, span, evidence } = fingerprintEras({ format, cpu, ...sample });
  const misfits = Math.min(...fits.map((fit) => fit.misfits));
  const share = entries === 0 ? 0 : 1 - misfits / entries;
  const isKvms = share >= 1 - exceptions && span !== '';
  return {
    format,
    likelihood: isKvms ? share : (share * share) / 2,
    evidence: isKvms
      ? [`KVM writes such entries (kernel ${span})`, ...evidence]
      : [`${entries - misfits} of ${entries} entries could be KVM's`],
  };
}

const plain = (format: EntryFormatName, kvm: readonly Reading[]): Reading => {
  const best = Math.max(0, ...kvm.map(({ likelihood }) => likelihood));
  return {
    format,
    likelihood: 1 - best / 4,
    evidence: best < 1 - exceptions ? ["the software bits are not KVM's"] : [],
  };
};

/** Every leaf grants user access: KVM's tables for guest-physical addresses do so. */
function allUser({ lo, level }: EntryList): boolean {
  return lo.every((half, index) => level[index] !== 1 || (half & 1) === 0 || (half & 4) !== 0);
}

const sorted = (readings: Reading[]): Reading[] =>
  readings.sort((one, other) => other.likelihood - one.likelihood);

/** Entries of long mode: KVM's NPT or shadow tables, or anybody's x86-64 tables. */
export function readAsLegacy({ sample, upperHalf }: TreeFit, cpu: CpuConfig): Reading[] {
  const npt = kvmReading('npt64', sample, cpu);
  const shadow = kvmReading('shadow64', sample, cpu);
  // Guest-physical addresses do not reach the upper half, and KVM gives all of them U.
  const user = allUser(sample) && !upperHalf;
  const kvm = [
    { ...npt, likelihood: npt.likelihood * (user ? 1 : 0.6) },
    { ...shadow, likelihood: shadow.likelihood * (user ? 0.6 : 1) },
  ];
  return sorted([...kvm, plain('guest64', kvm)]);
}

/** Tables without the accessed bit: KVM sets it in every table of its own where the CPU has A/D bits. */
export function withoutAccessed({ lo, level }: Pick<EntryList, 'lo' | 'level'>): boolean {
  const isTable = (half: number, index: number): boolean =>
    level[index]! > 1 && (half & 7) === 7 && (half & 0x80) === 0;
  const tables = lo.filter(isTable);
  const accessed = tables.filter((half) => (half & 0x100) !== 0);
  return tables.length > 0 && accessed.length * 2 < tables.length;
}

/** EPT: KVM's with or without accessed and dirty bits. */
export function readAsEpt({ sample }: TreeFit, cpu: CpuConfig): Reading[] {
  const noAd = withoutAccessed(sample);
  const [withAd, without] = (['ept', 'ept-noad'] as const).map((format) =>
    kvmReading(format, sample, cpu),
  );
  // Anybody's EPT is read as KVM's: there is no other name for it.
  const likely = noAd ? without! : withAd!;
  const unlikely = noAd ? withAd! : without!;
  const why = noAd
    ? 'tables do not have the accessed bit (8): A/D bits are off'
    : 'tables have the accessed bit (8): A/D bits are on';
  return [
    {
      ...likely,
      likelihood: Math.max(0.9, likely.likelihood),
      evidence: [...likely.evidence, why],
    },
    { ...unlikely, likelihood: unlikely.likelihood * 0.8 },
  ];
}

export function readAsPae({ sample }: TreeFit, cpu: CpuConfig): Reading[] {
  const kvm = [kvmReading('pae', sample, cpu)];
  return sorted([...kvm, plain('guest-pae', kvm)]);
}

export function readAsArm64(format: 'arm64-s1' | 'arm64-s2', why: string): Reading {
  const tables = 'entries that point at tables have nothing but their type in bits 11:0';
  return { format, likelihood: 1, evidence: [tables, why] };
}

export function readAsPlain32(): Reading[] {
  return [{ format: 'guest32', likelihood: 1, evidence: [] }];
}
