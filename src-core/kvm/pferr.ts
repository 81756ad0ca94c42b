import { exitQualificationBit } from '../paging/exit-qualification';
import type { Finding } from '../paging/decoded-entry';
import type { DecodedWord } from '../paging/decoded-word';
import type { FieldSpec } from '../paging/format';
import { impossiblePageFault, pageFaultAccess, pageFaultReason } from '../paging/page-fault-error';
import { decodeFields, flagsOf, namesOfSetFlags, setUnnamedBits } from '../paging/word-fields';
import type { KernelVersion } from './kernel-version';
import { parseKernelVersion } from './kernel-version';

/** A PFERR bit, and the first kernel whose kvm_host.h names it. */
interface PferrBit {
  readonly name: string;
  readonly bit: number;
  readonly since: readonly [major: number, minor: number];
  /** KVM's own: no CPU sets it. */
  readonly synthetic?: boolean;
  readonly set: string;
  readonly clear?: string;
}

const pferrBits: readonly PferrBit[] = [
  { name: 'PRESENT', bit: 0, since: [0, 0], set: 'present', clear: 'not present' },
  { name: 'WRITE', bit: 1, since: [0, 0], set: 'write', clear: 'read or fetch' },
  { name: 'USER', bit: 2, since: [0, 0], set: 'user access', clear: 'supervisor access' },
  { name: 'RSVD', bit: 3, since: [0, 0], set: 'a reserved bit is set' },
  { name: 'FETCH', bit: 4, since: [0, 0], set: 'instruction fetch' },
  { name: 'PK', bit: 5, since: [4, 6], set: 'protection key' },
  { name: 'SS', bit: 6, since: [6, 18], set: 'shadow-stack access' },
  { name: 'SGX', bit: 15, since: [5, 13], set: 'SGX access control' },
  { name: 'GUEST_RMP', bit: 31, since: [6, 10], set: 'reverse map table check (SEV-SNP)' },
  { name: 'GUEST_FINAL', bit: 32, since: [4, 10], set: 'at the final translation' },
  { name: 'GUEST_PAGE', bit: 33, since: [4, 10], set: 'while walking the guest page tables' },
  { name: 'GUEST_ENC', bit: 34, since: [6, 10], set: "the guest's C-bit is 1" },
  {
    name: 'GUEST_SIZEM',
    bit: 35,
    since: [6, 10],
    set: 'page sizes of RMP entry and access differ',
  },
  { name: 'GUEST_VMPL', bit: 36, since: [6, 10], set: 'VMPL check failed' },
  {
    name: 'IMPLICIT_ACCESS',
    bit: 48,
    since: [5, 19],
    synthetic: true,
    set: 'implicit supervisor access (SMAP holds whatever EFLAGS.AC says)',
  },
  {
    name: 'PRIVATE_ACCESS',
    bit: 49,
    since: [6, 10],
    synthetic: true,
    set: "to the guest's private memory",
  },
];

/** PFERR bits by name, as numbers to build a code with. */
export const pferrMask: Readonly<Record<string, bigint>> = Object.fromEntries(
  pferrBits.map(({ name, bit }) => [name, 1n << BigInt(bit)]),
);

const source = 'kvm_host.h PFERR_*_MASK';

function spec(row: PferrBit): FieldSpec {
  const [major, minor] = row.since;
  const since = major === 0 ? '' : `, since v${major}.${minor}`;
  const origin = row.synthetic === true ? '; made by KVM, not by the CPU' : '';
  return flagsOf(`${source}${since}${origin}`)(row.name, row.bit, row.set, row.clear);
}

function isSince(version: KernelVersion, [major, minor]: PferrBit['since']): boolean {
  return major < version.major || (major === version.major && minor <= version.minor);
}

/** Set bits that the kernel in question has no name for yet. */
function laterBits(value: bigint, kernel: string | undefined): Finding[] {
  const version = kernel === undefined ? undefined : parseKernelVersion(kernel);
  if (!version) return [];
  return pferrBits
    .filter(({ bit, since }) => !isSince(version, since) && (value >> BigInt(bit)) & 1n)
    .map(({ name, bit, since: [major, minor] }) => ({
      code: 'pferr-later-bit',
      severity: 'info' as const,
      message: `PFERR_${name} has a name since v${major}.${minor} only: Linux ${String(kernel)} passes the bit on without knowing it. ${source}`,
      bits: [bit],
    }));
}

/**
 * KVM's page-fault error code: a #PF or NPF error code with KVM's own bits above.
 * @param kernel left out: every bit's name is used, whenever it came.
 */
export function decodePferr(value: bigint, kernel?: string): DecodedWord {
  const fields = decodeFields(value, 63, pferrBits.map(spec), { role: 'reserved', source });
  const names = namesOfSetFlags(fields);
  const findings = [...impossiblePageFault(value), ...laterBits(value, kernel)];
  const unnamed = setUnnamedBits(fields);
  if (unnamed.length > 0) {
    findings.push({
      code: 'pferr-undefined-bits',
      severity: 'warning',
      message: `Bits are set that no PFERR code has: on Intel kvm_page_fault prints the raw exit qualification instead. ${source}`,
      bits: unnamed,
    });
  }
  return {
    value,
    name: 'pferr',
    title: 'KVM page-fault error code (PFERR)',
    summary: `${pageFaultAccess(value)}: ${pageFaultReason(value)} (${names.join(' ') || 'no bit set'})`,
    fields,
    facts: { flags: names },
    findings,
  };
}

/** Whether a kernel sets the two GUEST bits even without a valid linear address: up to v6.10. */
function ignoresLinearAddress(kernel: string | undefined): boolean {
  const version = kernel === undefined ? undefined : parseKernelVersion(kernel);
  return version !== undefined && !isSince(version, [6, 11]);
}

/** Exit-qualification bits and what KVM makes of each (vmx.c, since v6.16 vmx/common.h). */
const qualificationToPferr = [
  { when: exitQualificationBit.read, name: 'USER' },
  { when: exitQualificationBit.write, name: 'WRITE' },
  { when: exitQualificationBit.fetch, name: 'FETCH' },
  {
    when:
      exitQualificationBit.eptRead |
      exitQualificationBit.eptWrite |
      exitQualificationBit.eptExecute,
    name: 'PRESENT',
  },
] as const;

/**
 * The PFERR code KVM makes of an EPT violation's exit qualification (an EPT misconfiguration is
 * PFERR_RSVD instead). Since v6.11 GUEST_FINAL and GUEST_PAGE need a valid linear address
 * ("KVM: VMX: Set PFERR_GUEST_{FINAL,PAGE}_MASK if and only if the GVA is valid"); until "KVM: VMX:
 * Fix check for valid GVA on an EPT violation" (late 2025, backported) those kernels tested the
 * wrong word and set neither.
 * @param kernel left out: the newest.
 */
export function pferrOfExitQualification(qualification: bigint, kernel?: string): bigint {
  const { linearAddressValid, finalTranslation } = exitQualificationBit;
  let code = 0n;
  for (const { when, name } of qualificationToPferr) {
    if (qualification & when) code |= pferrMask[name]!;
  }
  if (qualification & linearAddressValid || ignoresLinearAddress(kernel)) {
    code |= pferrMask[qualification & finalTranslation ? 'GUEST_FINAL' : 'GUEST_PAGE']!;
  }
  return code;
}
