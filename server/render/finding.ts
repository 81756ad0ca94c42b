import { type AuditFinding, type EntryFormat, formatWord } from '../../src-core/index';
import { counted, levelText } from './quantities';

/** What a finding says among the problems of a file: the sentence, and whom it is about. */
export function findingText(
  message: string,
  audit: AuditFinding | null,
  format: EntryFormat | null,
): string {
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  const ended = /[.!?”]$/.test(sentence) ? sentence : `${sentence}.`;
  if (!audit || !format) return ended;
  const { count, level, index } = audit;
  const where = levelText(format.hardware, level);
  const who =
    count === 1
      ? `Entry ${index} of ${where}`
      : `${counted(count, 'entry', 'entries')} of ${where} from ${index} on`;
  return `${ended} ${who}, ${format.input} ${formatWord(audit.input)}.`;
}

/** In place of what a client would not keep. */
export function moreText(more: number): string {
  return `${counted(more, 'more finding')}: \`pagewalk audit\` lists them all.`;
}
