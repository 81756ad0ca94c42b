import type { AccessParams, AccessReply } from '../../server/protocol';

/** What was asked about an access on a walk's way. */
export type AccessQuestion = Pick<AccessParams, 'access' | 'options'>;

/** An access that was asked about, and its answer. */
export interface AskedAccess {
  /** Stable while its walk stands. */
  readonly id: string;
  readonly question: AccessQuestion;
  readonly reply: AccessReply;
}

/** One line under an access: what decides, or a flag that the CPU would set. */
export interface AccessDetail {
  readonly text: string;
  readonly kind: 'decides' | 'sets';
  readonly entryAddress: string | null;
}

/** What stands under an access, in order. */
export function accessDetails({ reply }: AskedAccess): AccessDetail[] {
  const { decidedBy, sets, why } = reply;
  const reason: AccessDetail = {
    kind: 'decides',
    text: decidedBy ? `${decidedBy.why}${bitsText(decidedBy.bits)}` : why,
    entryAddress: decidedBy?.entryAddress ?? null,
  };
  return [
    reason,
    ...sets.map(({ summary, entryAddress, before, after }): AccessDetail => ({
      kind: 'sets',
      text: `${summary}: ${before} → ${after}`,
      entryAddress,
    })),
  ];
}

/** ` (bit 0)`, ` (bits 53, 54)`; empty without any. */
export function bitsText(bits: readonly number[]): string {
  if (bits.length === 0) return '';
  return ` (${bits.length === 1 ? 'bit' : 'bits'} ${bits.join(', ')})`;
}

/** An answer as plain text, for a mail or a bug report. */
export function accessText(asked: AskedAccess): string {
  const { question, summary, why } = asked.reply;
  const details = accessDetails(asked).map(({ text, entryAddress }) =>
    entryAddress === null ? `  ${text}` : `  ${text}, entry at ${entryAddress}`,
  );
  return [`${question}: ${summary}: ${why}`, ...details, ''].join('\n');
}
