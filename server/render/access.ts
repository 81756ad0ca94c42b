import {
  type Access,
  type AccessAnswer,
  accessOptions,
  type EntryFormat,
  type EntryUpdate,
  type FaultWordName,
  formatWord,
  setBits,
} from '../../src-core/index';

import { levelText } from './quantities';

/** The words in which the architectures report a fault: what a person calls them, and their kind. */
export const faultWords: Readonly<Record<FaultWordName, { title: string; word: string }>> = {
  error_code: { title: 'error code', word: 'page-fault-error' },
  exit_qualification: { title: 'exit qualification', word: 'exit-qualification' },
  exit_info_1: { title: 'EXITINFO1', word: 'npf-exit-info-1' },
  esr: { title: 'ESR', word: 'esr' },
};

/** An access in short: `write, user, cr0-wp, pkru 0x4`. */
export function accessQuestion(access: Access): string {
  const said = accessOptions.flatMap(({ name, property }) => {
    const value = access[property];
    if (value === undefined) return [];
    if (typeof value === 'bigint') return [`${name} ${formatWord(value)}`];
    return [value ? name : `no ${name}`];
  });
  return [access.type, ...said].join(', ');
}

/** The answer in one line: `faults: #PF, error code 0x7` or `allowed`. */
export function accessSummary({ allowed, exception, fault }: AccessAnswer): string {
  if (allowed === null) return 'cannot be told';
  if (allowed) return 'allowed';
  const word = fault ? `, ${faultWords[fault.name].title} ${formatWord(fault.value)}` : '';
  return `faults: ${exception ?? 'fault'}${word}`;
}

/** Flags that the CPU writes back: `sets bits 6, 5 of the level 1 (page table) entry`. */
export function updateText({ level, before, after }: EntryUpdate, format: EntryFormat): string {
  const bits = setBits(after ^ before);
  const change = (after & ~before) === 0n ? 'clears' : 'sets';
  const noun = bits.length === 1 ? 'bit' : 'bits';
  return `${change} ${noun} ${bits.join(', ')} of the ${levelText(format.hardware, level)} entry`;
}
