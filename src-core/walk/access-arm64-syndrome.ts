import { regimeOf } from '../paging/arm64-regimes';
import type { CompiledFormat } from '../paging/format';
import type { Access } from './access-answer';

export type Arm64Fault = 'address size' | 'translation' | 'access flag' | 'permission';

/**
 * Fault status codes: at level 0 (the level is added), and at level -1, which only walks with LPA2
 * have. Source: Arm ARM (DDI 0487) ESR_EL1 ISS encoding for Data Aborts, DFSC.
 */
const statusCodes: Readonly<Record<Arm64Fault, { level0: number; levelMinus1?: number }>> = {
  'address size': { level0: 0x00, levelMinus1: 0x29 },
  translation: { level0: 0x04, levelMinus1: 0x2b },
  'access flag': { level0: 0x08 },
  permission: { level0: 0x0c },
};

/** Exception classes. Source: same, ESR_EL1.EC; Linux `esr.h`. */
const exceptionClass = {
  instruction: { lower: 0x20n, current: 0x21n },
  data: { lower: 0x24n, current: 0x25n },
} as const;

const instructionLength = 1n << 25n;
const writeNotRead = 1n << 6n;
const stage1TableWalk = 1n << 7n;

/** The fault status code of a fault at an architecture level (-1 to 3). */
export function faultStatusCode(fault: Arm64Fault, level: number): number {
  const { level0, levelMinus1 } = statusCodes[fault];
  return level < 0 && levelMinus1 !== undefined ? levelMinus1 : level0 + Math.max(level, 0);
}

/** Who takes the exception sees it come from a lower level: guests at stage 2, EL0 at stage 1. */
function fromLowerLevel(access: Access, compiled: CompiledFormat, second: boolean): boolean {
  return second || (access.user === true && regimeOf(compiled.shape.cpu.regime).user);
}

/**
 * ESR_ELx of an abort, without the instruction's part.
 * @param level as the architecture counts (3: smallest page).
 */
export function arm64Syndrome(
  fault: Arm64Fault,
  level: number,
  access: Access,
  compiled: CompiledFormat,
  second: boolean,
): bigint {
  const kind = access.type === 'execute' ? 'instruction' : 'data';
  const origin = fromLowerLevel(access, compiled, second) ? 'lower' : 'current';
  let esr = (exceptionClass[kind][origin] << 26n) | instructionLength;
  esr |= BigInt(faultStatusCode(fault, level));
  // WnR tells of the instruction's access; of a table walk's own the kernel trusts S1PTW alone
  // (`kvm_is_write_fault()`, kvm_emulate.h).
  if (second && access.guestTable === true) esr |= stage1TableWalk;
  else if (access.type === 'write') esr |= writeNotRead;
  return esr;
}
