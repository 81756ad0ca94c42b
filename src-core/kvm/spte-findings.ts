import { describeBits } from '../paging/bit-runs';
import type { Finding, Severity } from '../paging/decoded-entry';
import { maxPhysBits } from '../paging/physical-address';
import { bitMask, setBits } from '../word';
import { brokenInvariants, checksInvariant, kernelMessage, looksLikeMmio } from './invariants';
import type { KernelVersion } from './kernel-version';
import { isBadMemoryTypeXwr, reservedMask } from './reserved-bits';
import { mmioGeneration } from './spte';
import { adTypeName } from './spte-facts';
import type { SpteReading } from './spte-reading';

/** A finding about these bits. */
export function finding(code: string, severity: Severity, bits: bigint, message: string): Finding {
  return { code, severity, message, bits: setBits(bits) };
}

/** What the CPU does when it meets a malformed entry, by hardware format. */
export const malformedConsequence: Readonly<Record<string, string>> = {
  ept: 'the CPU takes an EPT misconfiguration exit (SDM vol. 3C "EPT Misconfigurations")',
  npt: 'the walk ends in a nested page fault with RSV set in EXITINFO1 (APM vol. 2 15.25.6)',
  'x86-64': 'the walk ends in #PF with RSVD set (SDM vol. 3A "Page-Fault Exceptions")',
  pae: 'the walk ends in #PF with RSVD set (SDM vol. 3A "Page-Fault Exceptions")',
  'x86-32': 'the walk ends in #PF with RSVD set (SDM vol. 3A "Page-Fault Exceptions")',
};

/** Address bits of a large page that must be zero for it to be aligned. */
function alignmentBits(level: number): bigint {
  return bitMask(12 + 9 * (level - 1) - 1, 12);
}

/**
 * Reserved bits that are set, told apart by why they are reserved.
 * @param bits the reserved bits that are set.
 * @param level of the entry; `leaf` whether it maps a page.
 * @param addendum what the kernel says about it, if it says anything.
 */
export function reservedFindings(
  bits: bigint,
  level: number,
  leaf: boolean,
  widthKnown: number | null,
  consequence: string,
  addendum: string,
): Finding[] {
  const alignment = leaf && level > 1 ? bits & alignmentBits(level) : 0n;
  const width = widthKnown === null ? 0n : bits & bitMask(51, widthKnown);
  const fixed = bits & ~alignment & ~width;
  const end = `${consequence}.${addendum}`;
  const found: Finding[] = [];
  if (width !== 0n) {
    const message = `${describeBits(width)} set, but this CPU has ${widthKnown} physical-address bits: ${end}`;
    found.push(finding('reserved-bits', 'error', width, message));
  }
  if (alignment !== 0n) {
    const message = `${describeBits(alignment)} set: the page is not aligned to its size; ${end}`;
    found.push(finding('misaligned-leaf', 'error', alignment, message));
  }
  if (fixed !== 0n) {
    const message = `${describeBits(fixed)} must be 0 in a level ${level} entry that ${leaf ? 'maps a page' : 'points at a table'}: ${end}`;
    found.push(finding('reserved-bits', 'error', fixed, message));
  }
  return found;
}

function malformed(reading: SpteReading): Finding[] {
  const { masks, cpu, level, value, hardware } = reading;
  const consequence = malformedConsequence[hardware.name]!;
  const reserved = value & reservedMask(masks, cpu, level, value);
  const kvmSays = ` KVM: “${masks.era.reserved.message}” (${masks.era.file})`;
  const width = cpu.maxPhysBits === undefined ? null : maxPhysBits(cpu);
  const leaf = reading.shape === 'leaf';
  const found = reservedFindings(reserved, level, leaf, width, consequence, kvmSays);
  if (isBadMemoryTypeXwr(masks, value)) {
    const onCpu = reading.hardwareKind === 'malformed' && reserved === 0n;
    const message = onCpu
      ? `this combination of memory type and rights is illegal: ${consequence}`
      : "execute-only: legal on a CPU that supports it, but KVM's table for direct page tables calls it bad (`__is_bad_mt_xwr()`, mmu.c); only tables for nested guests may hold it";
    found.push(finding('bad-memory-type-xwr', onCpu ? 'error' : 'warning', value & 0x3fn, message));
  } else if (reading.hardwareKind === 'malformed' && reserved === 0n) {
    found.push(
      finding(
        'malformed',
        'error',
        value & 0xfffn,
        `this CPU finds the entry malformed: ${consequence}`,
      ),
    );
  }
  return found;
}

function invariantFindings({ masks, value, kind }: SpteReading, kernel: KernelVersion): Finding[] {
  if (kind !== 'leaf') return [];
  const looks =
    looksLikeMmio.broken(masks, value) && checksInvariant(kernel, looksLikeMmio)
      ? [looksLikeMmio]
      : [];
  return [...brokenInvariants(masks, kernel, value), ...looks].map((invariant) => {
    const text = kernelMessage(invariant, value);
    const says = text === null ? 'KVM warns without a text' : `KVM warns: “${text}”`;
    const message = `${invariant.meaning}; ${says} (${invariant.source}).`;
    return finding(`invariant-${invariant.name}`, 'error', invariant.bits(masks) & value, message);
  });
}

/**
 * An entry the CPU cannot use still names an address to a speculating load on a CPU with L1TF.
 * Source: `shadow_nonpresent_or_rsvd_mask`, spte.c; Documentation/admin-guide/hw-vuln/l1tf.rst.
 */
function l1tfFinding(reading: SpteReading): Finding[] {
  const { cpu, masks, value, kind } = reading;
  const unusable = reading.hardwareKind === 'none' || reading.hardwareKind === 'malformed';
  if (!masks.host.l1tfBug || !unusable || (kind !== 'mmio' && kind !== 'not-present')) return [];
  const width = masks.host.cacheBits;
  const address = value & bitMask(51, 12);
  const outOfReach = bitMask(width - 1, Math.max(12, width - 5));
  if (address === 0n || address >> BigInt(width) !== 0n) return [];
  if ((address & outOfReach) === outOfReach) return [];
  const known = cpu.cacheBits === undefined ? 'assumed' : 'given';
  const message = `the entry cannot be used, but names address 0x${address.toString(16)}, which the L1 cache can hold (${width} bits, ${known}): a CPU with L1TF may load from it speculatively. KVM sets ${describeBits(outOfReach)} in such entries since v4.19.`;
  return [finding('l1tf-exposure', 'warning', address, message)];
}

function generationFinding({ masks, value, kind }: SpteReading): Finding[] {
  const { flaw, parts } = masks.era.mmio.generation;
  if (kind !== 'mmio' || flaw === null) return [];
  const bits = parts.reduce((all, part) => all | bitMask(part.high, part.low), 0n);
  const message = `this kernel stores the memslots generation wrongly: ${flaw}. What is read here is 0x${mmioGeneration(masks, value).toString(16)} (mended by 34c0f6f2695a KVM: mmu: Fix SPTE encoding of MMIO generation upper half).`;
  return [finding('mmio-generation-flaw', 'info', bits & value, message)];
}

/** Kinds of absent entries that deserve a word. */
function absentFindings(reading: SpteReading): Finding[] {
  const { masks, value, kind, hardwareKind } = reading;
  if (reading.specialRoot) {
    const message =
      'entry of a root that KVM puts on top of a shadow of fewer levels (pae_root, pml4_root, pml5_root in mmu.c): the CPU uses it, KVM does not count it as present.';
    return [finding('special-root', 'info', 0n, message)];
  }
  if (kind === 'not-present' && (hardwareKind === 'table' || hardwareKind === 'leaf')) {
    const message = `the CPU would use this entry, but KVM does not count it as present: ${describeBits(masks.era.presence.mask)} is clear (${masks.era.file}). KVM never writes such an entry.`;
    return [finding('hardware-present-but-not-kvm', 'warning', masks.era.presence.mask, message)];
  }
  if (kind === 'empty' && value !== masks.era.initialValue) {
    const message = `not present, but a fresh table of this kernel is filled with 0x${masks.era.initialValue.toString(16)} (${masks.era.file}): zeroed by something else, or by an older kernel.`;
    return [finding('not-initial-value', 'info', masks.era.initialValue, message)];
  }
  return [];
}

function presentFindings(reading: SpteReading): Finding[] {
  const { masks, value, hardware } = reading;
  const found: Finding[] = [];
  if (hardware.name === 'npt' && (value & 4n) === 0n) {
    const message =
      'U is clear: in nested paging every access is a user access, so every access faults (APM vol. 2 15.25.5).';
    found.push(finding('npt-user-clear', 'warning', 4n, message));
  }
  if (adTypeName(masks, value) === 'unused') {
    const message = `the A/D kind is 3, which this kernel does not use (${masks.era.file}).`;
    found.push(finding('ad-type-unused', 'warning', masks.era.adType!.mask & value, message));
  }
  return found;
}

/** Everything wrong or worth knowing about an entry KVM wrote. */
export function spteFindings(reading: SpteReading, kernel: KernelVersion): Finding[] {
  const present = reading.kind === 'leaf' || reading.kind === 'table';
  const used = reading.kind === 'not-present' && reading.hardwareKind !== 'none';
  return [
    ...(present || (used && !reading.specialRoot) ? malformed(reading) : []),
    ...(present ? presentFindings(reading) : absentFindings(reading)),
    ...invariantFindings(reading, kernel),
    ...l1tfFinding(reading),
    ...generationFinding(reading),
  ];
}
