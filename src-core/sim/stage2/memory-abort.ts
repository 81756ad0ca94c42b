import { formatWord } from '../../word';
import { hexNumber } from './geometry';

/** What the guest does. */
export const accessNames = ['read', 'write', 'execute'] as const;

export type GuestAccess = (typeof accessNames)[number];

/** Why an access did not get through. */
export type FaultKind = 'translation' | 'access flag' | 'permission';

/** A stage-2 abort as the guest's access makes it. */
export interface MemoryAbort {
  readonly address: number;
  readonly access: GuestAccess;
  readonly kind: FaultKind;
  /** As the architecture counts. */
  readonly level: number;
}

/** Fault status codes, without the level. Source: Linux 6.12 `esr.h`. */
const statusCodes: Readonly<Record<FaultKind, number>> = {
  translation: 0x04,
  'access flag': 0x08,
  permission: 0x0c,
};

const instructionAbort = 0x20n << 26n;
const dataAbort = 0x24n << 26n;
const instructionLength = 1n << 25n;
const writeNotRead = 1n << 6n;

/** ESR_EL2 of the abort, as far as stage 2 decides it. */
export function syndrome({ access, kind, level }: MemoryAbort): bigint {
  const status = BigInt(statusCodes[kind] + level);
  const exception = access === 'execute' ? instructionAbort : dataAbort;
  return exception | instructionLength | (access === 'write' ? writeNotRead : 0n) | status;
}

/** As the trace event `kvm_guest_fault` tells it, and in words. */
export function abortText(abort: MemoryAbort): string {
  const { address, access, kind, level } = abort;
  const page = hexNumber(address - (address % 4096));
  return `ipa ${page}, hsr ${formatWord(syndrome(abort))}: ${access}, ${kind} fault, level ${level}`;
}
