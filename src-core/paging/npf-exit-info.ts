import type { DecodedWord } from './decoded-word';
import {
  impossiblePageFault,
  pageFaultAccess,
  pageFaultBit,
  pageFaultReason,
} from './page-fault-error';
import { decodeFields, flagsOf, namesOfSetFlags } from './word-fields';

const source = 'APM vol. 2 15.25.6';
const snp = 'APM vol. 2 15.36.10';
const flag = flagsOf(source);
const snpFlag = flagsOf(snp);

/** Bits of a nested page fault's EXITINFO1 above those of a #PF error code. */
export const npfBit = {
  ...pageFaultBit,
  finalTranslation: 1n << 32n,
  guestTableWalk: 1n << 33n,
} as const;

const fieldRows = [
  flag(
    'P',
    0,
    'the nested page was present: a right was missing',
    'a nested entry was not present',
  ),
  flag('W', 1, 'write (walks of guest tables always count as writes)', 'read or fetch'),
  flag('U', 2, 'user access (all nested accesses are, without GMET)', 'supervisor access (GMET)'),
  flag('RSVD', 3, 'a reserved bit is set in a nested entry'),
  flag('I', 4, 'instruction fetch'),
  flag('SS', 6, 'shadow-stack access'),
  snpFlag('RMP', 31, 'reverse map table check failed'),
  flag('final', 32, 'while translating the final guest physical address'),
  flag('guest-walk', 33, 'while walking the guest page tables'),
  snpFlag('ENC', 34, "the guest's effective C-bit was 1"),
  snpFlag('SIZEM', 35, 'page sizes of RMP entry and access differ'),
  snpFlag('VMPL', 36, 'VMPL permission check failed'),
  flag('SSS', 37, 'supervisor shadow-stack check failed'),
] as const;

function stageOf(value: bigint): string {
  if (value & npfBit.finalTranslation) return 'at the final translation';
  return value & npfBit.guestTableWalk ? 'while walking the guest page tables' : 'stage not told';
}

/** EXITINFO1 of a nested page fault (exit code 0x400). */
export function decodeNpfExitInfo(value: bigint): DecodedWord {
  const fields = decodeFields(value, 63, fieldRows, { role: 'reserved', source });
  const names = namesOfSetFlags(fields);
  const findings = impossiblePageFault(value);
  if (value & npfBit.finalTranslation && value & npfBit.guestTableWalk) {
    findings.push({
      code: 'npf-two-stages',
      severity: 'warning',
      message: `Bits 32 and 33 are both set: a nested fault happens at one of the two. ${source}`,
      bits: [33, 32],
    });
  }
  return {
    value,
    name: 'npf-exit-info-1',
    title: 'nested page fault: EXITINFO1',
    summary: `${pageFaultAccess(value)} ${stageOf(value)}: ${pageFaultReason(value)} (${names.join(' ')})`,
    fields,
    facts: {
      present: (value & npfBit.present) !== 0n,
      write: (value & npfBit.write) !== 0n,
      user: (value & npfBit.user) !== 0n,
      reserved: (value & npfBit.reserved) !== 0n,
      fetch: (value & npfBit.fetch) !== 0n,
      final_translation: (value & npfBit.finalTranslation) !== 0n,
      guest_table_walk: (value & npfBit.guestTableWalk) !== 0n,
      flags: names,
    },
    findings,
  };
}
