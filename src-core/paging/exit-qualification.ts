import type { Finding } from './decoded-entry';
import type { DecodedWord } from './decoded-word';
import { decodeFields, flagsOf } from './word-fields';

const source = 'SDM vol. 3C "Exit Qualification for EPT Violations"';
const flag = flagsOf(source);

/** Bits of an EPT violation's exit qualification, as numbers to build one with. */
export const exitQualificationBit = {
  read: 1n << 0n,
  write: 1n << 1n,
  fetch: 1n << 2n,
  eptRead: 1n << 3n,
  eptWrite: 1n << 4n,
  eptExecute: 1n << 5n,
  eptUserExecute: 1n << 6n,
  linearAddressValid: 1n << 7n,
  finalTranslation: 1n << 8n,
} as const;

const fieldRows = [
  flag('read', 0, 'data read'),
  flag('write', 1, 'data write'),
  flag('fetch', 2, 'instruction fetch'),
  flag('EPT-R', 3, 'EPT allows reading', 'EPT does not allow reading'),
  flag('EPT-W', 4, 'EPT allows writing', 'EPT does not allow writing'),
  flag(
    'EPT-X',
    5,
    'EPT allows execution (supervisor execution with mode-based execute control)',
    'EPT does not allow execution (supervisor execution with mode-based execute control)',
  ),
  flag(
    'EPT-XU',
    6,
    'EPT allows user execution (mode-based execute control)',
    'no user execution, or no mode-based execute control',
  ),
  flag(
    'GLA-valid',
    7,
    'the guest linear-address field is valid',
    'the guest linear-address field is not valid',
  ),
  flag(
    'final',
    8,
    'the access is to the translation of a linear address',
    'the access is to a guest paging-structure entry (where bit 7 is 1)',
  ),
  flag('user', 9, 'user-mode linear address (advanced information)'),
  flag('guest-RW', 10, 'read/write page in the guest tables (advanced information)'),
  flag('guest-XD', 11, 'execute-disable page in the guest tables (advanced information)'),
  flag('NMI-unblocking', 12, 'NMIs were unblocked by IRET'),
  flag('shadow-stack', 13, 'shadow-stack access'),
  flag('SSS', 14, 'supervisor shadow-stack control was on in every EPT entry'),
  flag('guest-paging-verification', 15, 'guest-paging verification failed'),
  flag('asynchronous', 16, 'the access was not part of an instruction (e.g. trace output)'),
] as const;

const accessNames = ['read', 'write', 'fetch'] as const;
const rightNames = ['read', 'write', 'execute'] as const;

function accessOf(value: bigint): string {
  const names = accessNames.filter((_, bit) => (value >> BigInt(bit)) & 1n);
  return names.length === 0 ? 'no access named' : names.join('+');
}

function rightsOf(value: bigint): string {
  const names: string[] = rightNames.filter((_, bit) => (value >> BigInt(bit + 3)) & 1n);
  if (value & exitQualificationBit.eptUserExecute) names.push('user execute');
  return names.length === 0
    ? 'EPT grants nothing here (an entry is not present)'
    : `EPT grants ${names.join(', ')}`;
}

function purposeOf(value: bigint): string {
  if (!(value & exitQualificationBit.linearAddressValid)) return 'no linear address known';
  return value & exitQualificationBit.finalTranslation
    ? 'final translation'
    : 'while reading or updating a guest paging-structure entry';
}

function findingsOf(value: bigint): Finding[] {
  const findings: Finding[] = [];
  if (!(value & 7n) && value !== 0n) {
    findings.push({
      code: 'exit-qualification-no-access',
      severity: 'warning',
      message: `None of read, write, fetch is set: no EPT violation looks like this. ${source}`,
      bits: [2, 1, 0],
    });
  }
  if (value & exitQualificationBit.eptWrite && !(value & exitQualificationBit.eptRead)) {
    findings.push({
      code: 'exit-qualification-write-without-read',
      severity: 'info',
      message: `Write is granted without read: an entry like that is an EPT misconfiguration, not a violation. ${source}`,
      bits: [4, 3],
    });
  }
  return findings;
}

/** The exit qualification of an EPT violation (exit reason 48; `info1` of `kvm_exit`). */
export function decodeExitQualification(value: bigint): DecodedWord {
  const fields = decodeFields(value, 63, fieldRows, { role: 'reserved', source });
  const set = (bit: bigint): boolean => (value & bit) !== 0n;
  return {
    value,
    name: 'exit-qualification',
    title: 'EPT violation: exit qualification',
    summary: `${accessOf(value)}; ${rightsOf(value)}; ${purposeOf(value)}`,
    fields,
    facts: {
      read: set(exitQualificationBit.read),
      write: set(exitQualificationBit.write),
      fetch: set(exitQualificationBit.fetch),
      ept_read: set(exitQualificationBit.eptRead),
      ept_write: set(exitQualificationBit.eptWrite),
      ept_execute: set(exitQualificationBit.eptExecute),
      ept_user_execute: set(exitQualificationBit.eptUserExecute),
      linear_address_valid: set(exitQualificationBit.linearAddressValid),
      final_translation: set(exitQualificationBit.linearAddressValid)
        ? set(exitQualificationBit.finalTranslation)
        : null,
    },
    findings: findingsOf(value),
  };
}
