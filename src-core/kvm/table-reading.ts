import type { CpuConfig } from '../paging/cpu';
import type { EntryFormatName } from '../paging/entry-format';
import type { EraRow } from './era-row';
import { hostCpu } from './host-cpu';
import { kvmFormats, type KvmFormatName, spteMasks } from './spte-masks';

/** Whether a format's entries are KVM's own on x86, so that kernels matter to them. */
export function isKvmX86Format(format: EntryFormatName): format is KvmFormatName {
  return Object.hasOwn(kvmFormats, format);
}

/**
 * How a walk tells KVM's MMIO entries, which the CPU only faults on: `(entry & mask) === value`.
 * `undefined`: this format, kernel and host has none. Source: `is_mmio_spte()`,
 * `is_shadow_present_pte()`, spte.h.
 */
export function mmioRecognition(
  format: EntryFormatName,
  era: EraRow,
  cpu: CpuConfig,
): { readonly mask: bigint; readonly value: bigint } | undefined {
  if (!isKvmX86Format(format)) return undefined;
  const { mmio } = spteMasks(era, format, cpu);
  if (!mmio.enabled || mmio.mask === 0n) return undefined;
  // Since KVM has a bit of its own for presence, an entry with it is none of MMIO, only malformed.
  const { presence } = era;
  const mask = presence.unlessSpecial ? mmio.mask : mmio.mask | presence.mask;
  return { mask, value: mmio.value };
}

/**
 * The CPU's facts for a walk of KVM's own tables: an unknown physical-address width is what KVM's
 * masks take it for, so that a walk and a decode call the same bits reserved.
 */
export function cpuOfTables(format: EntryFormatName, cpu: CpuConfig): CpuConfig {
  return isKvmX86Format(format) ? { ...cpu, maxPhysBits: hostCpu(cpu).maxPhysBits } : cpu;
}
