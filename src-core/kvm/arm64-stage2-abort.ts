import {
  granules,
  levelFromArchitecture,
  levelShift,
  type GranuleName,
} from '../paging/arm64-granule';
import type { Facts, Finding } from '../paging/decoded-entry';
import type { DecodedWord } from '../paging/decoded-word';
import { decodeFields, flagsOf, runField } from '../paging/word-fields';
import { bitField, bitMask, formatWord } from '../word';
import { decodeEsr } from './arm64-esr';
import { abortClass } from './arm64-exception-class';
import { faultStatus } from './arm64-fault-status';

const source = 'Arm ARM (DDI 0487) HPFAR_EL2; Linux 7.2 hyp/include/hyp/fault.h';
const flag = flagsOf(source);

const hpfarRows = [
  flag('NS', 63, 'non-secure IPA; Linux 7.2 marks a valid HPFAR with it'),
  runField('FIPA', 47, 4, source, (value) => `IPA page ${formatWord(value << 12n)}`, 'address'),
];

/** The faulting IPA's page: bits 47:4 are IPA[51:12]. */
export function ipaPage(hpfar: bigint): bigint {
  return (hpfar & bitMask(47, 4)) << 8n;
}

/** HPFAR_EL2: the page of the IPA a stage-2 fault was taken on; the offset is in FAR. */
export function decodeHpfar(value: bigint): DecodedWord {
  const page = ipaPage(value);
  return {
    value,
    name: 'hpfar',
    title: 'HPFAR_EL2',
    summary: `stage-2 fault in the IPA page ${formatWord(page)}`,
    fields: decodeFields(value, 63, hpfarRows, { role: 'reserved', source }),
    facts: { ipa_page: page, ns: bitField(value, 63, 63) === 1n },
    findings: [],
  };
}

export interface Stage2AbortRegisters {
  readonly esr: bigint;
  readonly hpfar?: bigint;
  readonly far?: bigint;
  readonly granule?: GranuleName;
  readonly kernel?: string;
}

/** What KVM does next. Source: Linux 6.12 `kvm_handle_guest_abort()`, `user_mem_abort()`. */
const kvmActions: Readonly<Record<string, string>> = {
  'access flag': 'sets the access flag of the leaf (mkyoung)',
  translation: 'maps the page; without a memslot it is an MMIO exit',
  permission:
    'lifts the permissions of the leaf when it maps what the fault names, else maps anew; a write to a read-only slot is an MMIO exit',
  'address size': 'injects an address size fault when the IPA is beyond the limit',
  'external abort': 'hands it to the RAS code',
};

/** HPFAR is written for these faults; for permission faults only when a table walk faulted. */
function hpfarWritten(fault: string, tableWalk: boolean): boolean {
  return ['translation', 'access flag', 'address size'].includes(fault) || tableWalk;
}

/**
 * A stage-2 abort from the registers KVM reads: ESR_EL2, HPFAR_EL2 and FAR_EL2.
 * @returns facts: `ipa` (null where the registers do not tell), `write_fault`, `fault`,
 * `fault_level`, `fault_bytes` (what an entry of that level maps) and `kvm` (what it does next).
 */
export function stage2Abort(registers: Stage2AbortRegisters): {
  readonly facts: Facts;
  readonly findings: readonly Finding[];
} {
  const { esr, hpfar, far, granule, kernel } = registers;
  const ec = Number(bitField(esr, 31, 26));
  const abort = abortClass(ec);
  const word = decodeEsr(esr, kernel === undefined ? {} : { kernel });
  if (abort?.lower !== true) {
    const message = `${word.summary}: only aborts from a lower exception level are stage-2 faults. ${source}`;
    const finding: Finding = { code: 'not-a-stage2-abort', severity: 'info', message, bits: [] };
    return { facts: { ...word.facts, ipa: null, kvm: null }, findings: [finding] };
  }
  const status = faultStatus(Number(bitField(esr, 5, 0)), kernel);
  const written = hpfarWritten(status.fault, bitField(esr, 7, 7) === 1n);
  const page = hpfar === undefined ? null : ipaPage(hpfar);
  const ipa = page === null || far === undefined ? null : page | (far & 0xfffn);
  const findings: Finding[] =
    hpfar === undefined || written
      ? []
      : [
          {
            code: 'hpfar-not-written',
            severity: 'info',
            message: `Hardware does not write HPFAR_EL2 for a ${status.fault} fault outside a table walk: KVM asks the CPU for the IPA with an AT instruction. ${source}`,
            bits: [],
          },
        ];
  return {
    facts: {
      ...word.facts,
      ipa_page: page,
      ipa,
      fault_bytes: faultBytes(status.level, granule),
      kvm: kvmActions[status.fault] ?? null,
    },
    findings,
  };
}

function faultBytes(level: number | null, granule: GranuleName | undefined): number | null {
  if (level === null || level < 0 || granule === undefined) return null;
  return 2 ** levelShift(granules[granule], levelFromArchitecture(level));
}
