import { type AuditFinding, formatWord } from '../../src-core/index';
import { counted } from './quantities';

/** What a finding says among the problems of a file: the sentence, and whom it is about. */
export function findingText(message: string, audit: AuditFinding | null, input: string): string {
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  const ended = /[.!?”]$/.test(sentence) ? sentence : `${sentence}.`;
  if (!audit) return ended;
  const { count, level, index } = audit;
  const who =
    count === 1
      ? `Entry ${index} of level ${level}`
      : `${counted(count, 'entry', 'entries')} of level ${level} from ${index} on`;
  return `${ended} ${who}, ${input} ${formatWord(audit.input)}.`;
}

/** In place of what a client would not keep. */
export function moreText(more: number): string {
  return `${counted(more, 'more finding')}: \`pagewalk audit\` lists them all.`;
}
