import {
  type EntryFormat,
  formatWord,
  sizeText,
  type WalkResult,
  type WalkStatus,
  type WalkStep,
} from '../../src-core/index';

import { type DumpCommand, missingSentence } from './dump-commands';
import { outputName } from './entry';
import { levelText, rightsText } from './quantities';

interface WalkText {
  readonly walk: WalkResult;
  readonly format: EntryFormat;
  /** How the dump's owner gets the missing table; empty unless something is missing. */
  readonly commands: readonly DumpCommand[];
  /** Width of an input address in bits, and whether it is sign-extended. */
  readonly addressBits: number;
}

/** One sentence for each way in which a walk can end. */
const endings: Readonly<Record<WalkStatus, (text: WalkText) => string>> = {
  mapped: ({ walk, format }) =>
    `${input(walk, format)} → ${outputName(format)} ${word(walk.physical)}` +
    `${walk.pageSize === null ? '' : `, ${sizeText(walk.pageSize)} page`}${rights(walk)}.`,
  'not-present': ({ walk, format }) =>
    `${input(walk, format)} is not mapped: ${lastEntry(walk, format)} is not present.`,
  reserved: ({ walk, format }) =>
    `${input(walk, format)}: the walk faults at ${lastEntry(walk, format)}. ${firstFinding(walk)}`,
  missing: ({ walk, format, commands }) =>
    walk.missing === null
      ? `${input(walk, format)}: the walk leaves this dump.`
      : missingSentence(walk.missing, commands),
  'non-canonical': ({ walk, format, addressBits }) =>
    firstFinding(walk) === ''
      ? `${formatWord(walk.address)} is no ${format.input} here: these tables translate ${addressBits} bits.`
      : firstFinding(walk),
  mmio: ({ walk, format }) =>
    `${input(walk, format)} is MMIO: ${lastEntry(walk, format)} faults on purpose, and KVM emulates the access.`,
  cycle: ({ walk, format }) =>
    `${input(walk, format)}: the walk goes round in a circle at ${lastEntry(walk, format)}.`,
};

/** The answer to a walk, in one line. */
export function walkSummary(text: WalkText): string {
  return endings[text.walk.status](text).trim();
}

/** Where a step reads: `level 2 (page directory) entry 25 at 0x103b270c8`. */
export function stepPlace(step: WalkStep, format: EntryFormat): string {
  return `${levelText(format.hardware, step.level)} entry ${step.index} at ${formatWord(step.entryAddress)}`;
}

function input(walk: WalkResult, format: EntryFormat): string {
  return `${format.input} ${formatWord(walk.address)}`;
}

function word(value: bigint | null): string {
  return value === null ? 'unknown' : formatWord(value);
}

function rights(walk: WalkResult): string {
  if (walk.permissions === null) return '';
  const { user } = walk.permissions;
  return `, ${rightsText(walk.permissions)}${user === null ? '' : user ? ', user' : ', supervisor'}`;
}

function lastEntry(walk: WalkResult, format: EntryFormat): string {
  const step = walk.steps.at(-1);
  if (!step) return 'its root';
  const value = step.entry === null ? '' : ` (${formatWord(step.entry)})`;
  return `${stepPlace(step, format)}${value}`;
}

/** What the walk found first, as a sentence; empty where it found nothing. */
function firstFinding(walk: WalkResult): string {
  const message = walk.findings[0]?.message ?? '';
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return sentence === '' || /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
