import { formatWord } from '../word';
import type { DecodedWord } from './decoded-word';
import type { Finding } from './decoded-entry';
import { decodeFields, flagsOf, namesOfSetFlags, setUnnamedBits } from './word-fields';

const intel = 'SDM vol. 3A "Page-Fault Exceptions"';
const amd = 'APM vol. 2 8.4.2';
const flag = flagsOf(intel);
const amdFlag = flagsOf(amd);

/** Bits of a #PF error code by name, as numbers to build one with. */
export const pageFaultBit = {
  present: 1n << 0n,
  write: 1n << 1n,
  user: 1n << 2n,
  reserved: 1n << 3n,
  fetch: 1n << 4n,
  protectionKey: 1n << 5n,
  shadowStack: 1n << 6n,
} as const;

/** Rows of the error code, lowest bit first. */
export const pageFaultFields = [
  flag('P', 0, 'the page was present: a right was missing', 'an entry was not present'),
  flag('W', 1, 'write', 'read or fetch'),
  flag('U', 2, 'user-mode access', 'supervisor-mode access'),
  flag('RSVD', 3, 'a reserved bit is set in an entry'),
  flag('I', 4, 'instruction fetch'),
  flag('PK', 5, 'a protection key forbids the access'),
  flag('SS', 6, 'shadow-stack access'),
  flag('HLAT', 7, 'no translation through the HLAT paging structures'),
  flag('SGX', 15, 'SGX access control, not paging, refused'),
  amdFlag('RMP', 31, 'reverse map table (SEV-SNP) check failed'),
] as const;

/** What an access of that error code was: `user write`, `supervisor fetch`. */
export function pageFaultAccess(value: bigint): string {
  const type = value & pageFaultBit.fetch ? 'fetch' : value & pageFaultBit.write ? 'write' : 'read';
  return `${value & pageFaultBit.user ? 'user' : 'supervisor'} ${type}`;
}

/** Why it faulted, in the order in which a CPU decides. */
export function pageFaultReason(value: bigint): string {
  if (!(value & pageFaultBit.present)) return 'an entry was not present';
  if (value & pageFaultBit.reserved) return 'a reserved bit was set in an entry';
  if (value & pageFaultBit.protectionKey) return 'a protection key forbade it';
  return 'a right was missing';
}

/** Combinations that no CPU reports. */
export function impossiblePageFault(value: bigint): Finding[] {
  const findings: Finding[] = [];
  const present = (value & pageFaultBit.present) !== 0n;
  if (!present && value & pageFaultBit.reserved) {
    findings.push({
      code: 'page-fault-reserved-not-present',
      severity: 'warning',
      message: `RSVD is set without P: CPUs look at reserved bits in present entries only and set both. QEMU's emulation (TCG) reports it like this. ${intel}`,
      bits: [3, 0],
    });
  }
  if (value & pageFaultBit.write && value & pageFaultBit.fetch) {
    findings.push({
      code: 'page-fault-write-and-fetch',
      severity: 'warning',
      message: `W and I are both set: an access is either a write or a fetch. ${intel}`,
      bits: [4, 1],
    });
  }
  return findings;
}

/** The 32-bit error code a page fault pushes. */
export function decodePageFaultError(value: bigint): DecodedWord {
  const fields = decodeFields(value, 31, pageFaultFields, { role: 'reserved', source: intel });
  const unnamed = setUnnamedBits(fields);
  const findings = impossiblePageFault(value);
  if (unnamed.length > 0 || value >> 32n) {
    findings.push({
      code: 'page-fault-undefined-bits',
      severity: 'warning',
      message: `Bits are set that no #PF error code has: this may be KVM's PFERR or an NPF's EXITINFO1. ${intel}`,
      bits: unnamed,
    });
  }
  const names = namesOfSetFlags(fields);
  return {
    value,
    name: 'page-fault-error',
    title: '#PF error code',
    summary: `${pageFaultAccess(value)}: ${pageFaultReason(value)} (${names.join(' ') || formatWord(value)})`,
    fields,
    facts: {
      present: (value & pageFaultBit.present) !== 0n,
      write: (value & pageFaultBit.write) !== 0n,
      user: (value & pageFaultBit.user) !== 0n,
      reserved: (value & pageFaultBit.reserved) !== 0n,
      fetch: (value & pageFaultBit.fetch) !== 0n,
      protection_key: (value & pageFaultBit.protectionKey) !== 0n,
      flags: names,
    },
    findings,
  };
}
