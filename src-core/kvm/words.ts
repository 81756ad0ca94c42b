import { decodeTcr, decodeTcrEl2, decodeTtbr } from '../paging/arm64-tcr-words';
import { decodeVtcr, decodeVttbr } from '../paging/arm64-vtcr-words';
import { decodeControlRegister } from '../paging/control-registers';
import { decodeCr3, decodeNestedCr3 } from '../paging/control-registers-cr3';
import type { DecodedWord } from '../paging/decoded-word';
import { decodeEptp } from '../paging/eptp';
import { decodeExitQualification } from '../paging/exit-qualification';
import { decodeNpfExitInfo } from '../paging/npf-exit-info';
import { decodePageFaultError } from '../paging/page-fault-error';
import type { WordContext } from '../paging/word-context';
import { decodeEsr } from './arm64-esr';
import { decodeHpfar } from './arm64-stage2-abort';
import { decodePferr, pferrOfExitQualification } from './pferr';
import { decodeRole } from './role';

/** A kind of word that can be asked for by name. */
export interface WordKind {
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly decode: (value: bigint, context: WordContext) => DecodedWord | { problem: string };
}

/** An exit qualification, with the PFERR code that KVM makes of it. */
function exitQualificationWithPferr(value: bigint, { kernel }: WordContext): DecodedWord {
  const word = decodeExitQualification(value);
  return { ...word, facts: { ...word.facts, kvm_pferr: pferrOfExitQualification(value, kernel) } };
}

/** Every word that is no table entry; a new one is a line here. */
export const wordKinds: readonly WordKind[] = [
  { name: 'cr3', title: 'CR3', aliases: [], decode: decodeCr3 },
  { name: 'ncr3', title: 'nCR3', aliases: ['nested-cr3'], decode: decodeNestedCr3 },
  {
    name: 'eptp',
    title: 'EPTP',
    aliases: ['ept-pointer'],
    decode: (value, context) => decodeEptp(value, context.cpu),
  },
  {
    name: 'cr0',
    title: 'CR0',
    aliases: [],
    decode: (value) => decodeControlRegister('cr0', value),
  },
  {
    name: 'cr4',
    title: 'CR4',
    aliases: [],
    decode: (value) => decodeControlRegister('cr4', value),
  },
  {
    name: 'efer',
    title: 'EFER',
    aliases: [],
    decode: (value) => decodeControlRegister('efer', value),
  },
  {
    name: 'page-fault-error',
    title: '#PF error code',
    aliases: ['pf-error', 'error-code'],
    decode: decodePageFaultError,
  },
  {
    name: 'pferr',
    title: 'KVM page-fault error code (PFERR)',
    aliases: [],
    decode: (value, context) => decodePferr(value, context.kernel),
  },
  {
    name: 'exit-qualification',
    title: 'EPT violation: exit qualification',
    aliases: ['ept-violation'],
    decode: exitQualificationWithPferr,
  },
  {
    name: 'npf-exit-info-1',
    title: 'nested page fault: EXITINFO1',
    aliases: ['exit-info-1', 'npf'],
    decode: decodeNpfExitInfo,
  },
  {
    name: 'role',
    title: 'kvm_mmu_page_role',
    aliases: ['kvm-mmu-page-role'],
    decode: (value, context) => decodeRole(value, context.kernel),
  },
  { name: 'vtcr', title: 'VTCR_EL2', aliases: ['vtcr-el2'], decode: decodeVtcr },
  { name: 'vttbr', title: 'VTTBR_EL2', aliases: ['vttbr-el2'], decode: decodeVttbr },
  { name: 'tcr', title: 'TCR_EL1', aliases: ['tcr-el1'], decode: decodeTcr },
  { name: 'tcr-el2', title: 'TCR_EL2', aliases: [], decode: decodeTcrEl2 },
  {
    name: 'ttbr',
    title: 'TTBR',
    aliases: ['ttbr0', 'ttbr1', 'ttbr0-el1', 'ttbr1-el1', 'ttbr0-el2'],
    decode: decodeTtbr,
  },
  { name: 'esr', title: 'ESR_ELx', aliases: ['esr-el2', 'esr-el1', 'hsr'], decode: decodeEsr },
  { name: 'hpfar', title: 'HPFAR_EL2', aliases: ['hpfar-el2'], decode: decodeHpfar },
];

/** The kind of that name or alias, in any case of letters; `_` counts as `-`. */
export function findWordKind(name: string): WordKind | undefined {
  const wanted = name.toLowerCase().replace(/_/g, '-');
  return wordKinds.find((kind) => kind.name === wanted || kind.aliases.includes(wanted));
}

/** Decodes a word that is no table entry. */
export function decodeWord(
  name: string,
  value: bigint,
  context: WordContext = {},
): DecodedWord | { problem: string } {
  const kind = findWordKind(name);
  if (kind) return kind.decode(value, context);
  return {
    problem: `'${name}' is no word this knows: ${wordKinds.map((known) => known.name).join(', ')}`,
  };
}
