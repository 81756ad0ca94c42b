import type { CpuConfig } from '../paging/cpu';
import { describeBits } from '../paging/bit-runs';
import type { Finding } from '../paging/decoded-entry';
import { bitMask, formatWord } from '../word';
import type { EraRow } from './era-row';
import { isMmio, isShadowPresent, mmioGfn } from './spte';
import { spteContext } from './spte-context';
import { finding } from './spte-findings';
import { type KvmFormatName, spteMasks } from './spte-masks';

/** Cacheable widths of CPUs with L1TF: client parts count 44 whatever CPUID says, servers 46. */
const usualWidths = [44, 46];

/** The host as L1TF would make it with so many cacheable address bits. */
export function withL1tf(cpu: CpuConfig, width: number): CpuConfig {
  return { ...cpu, l1tfBug: true, cacheBits: width, kernelPhysBits: cpu.kernelPhysBits ?? width };
}

/** Hosts that entries of unknown origin may come from: as stated, and where L1TF is not, with it. */
export function hostVariants(format: KvmFormatName, era: EraRow, cpu: CpuConfig): CpuConfig[] {
  const open =
    cpu.l1tfBug === undefined &&
    cpu.cacheBits === undefined &&
    cpu.vendor !== 'amd' &&
    format !== 'npt64' &&
    era.mmio.l1tf !== 'never';
  return open ? [cpu, ...usualWidths.map((width) => withL1tf(cpu, width))] : [cpu];
}

/**
 * Whether an MMIO entry carries the L1TF guard although nobody said that the host has L1TF: five
 * ones where no device's address would have them.
 * @returns the host to read the entry by, and what was assumed.
 */
export function l1tfFromBits(
  format: KvmFormatName,
  era: EraRow,
  cpu: CpuConfig,
  value: bigint,
): { cpu: CpuConfig; findings: readonly Finding[] } {
  const [stated, ...guarded] = hostVariants(format, era, cpu);
  const plain = spteContext(era, format, 1, stated!).masks;
  // Since 5.13 an entry may look like MMIO and be present all the same: then it is no MMIO entry.
  const isPlainMmio = isMmio(plain, value) && !isShadowPresent(plain, value);
  if (plain.l1tf !== 0n || !isPlainMmio) return { cpu, findings: [] };
  for (const host of guarded) {
    const masks = spteMasks(era, format, host);
    const above = bitMask(50, host.cacheBits! + 5);
    if (masks.l1tf === 0n || (value & masks.l1tf) !== masks.l1tf || (value & above) !== 0n)
      continue;
    // The width that is assumed moves the MMIO mask too: the entry must still be one.
    if (!isMmio(masks, value)) continue;
    const message = `${describeBits(masks.l1tf)} are all ones: read as the guard against L1TF of a CPU with ${host.cacheBits!} cacheable address bits. Without it the frame would be ${formatWord(mmioGfn(plain, value))}; state l1tf_bug and cache_bits to be sure (shadow_nonpresent_or_rsvd_mask, ${era.file}).`;
    return { cpu: host, findings: [finding('l1tf-assumed', 'info', masks.l1tf, message)] };
  }
  return { cpu, findings: [] };
}
