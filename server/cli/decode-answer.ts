import {
  type DecodedEntry,
  type DecodeRequest,
  type EraReading,
  otherKernels,
} from '../../src-core/index';
import type { EntryReply } from '../ask-entry';
import { entryAnswer } from '../render/entry';
import { kernelLines } from '../render/other-kernels';
import { answerPlainText } from '../render/plain-text';
import { inputProblem } from './command';
import { entryJson, factsJson, type Json } from './entry-json';

/** One answer as JSON, in the command line's contract. */
export function replyJson({ entry }: Pick<EntryReply, 'entry'>): Json {
  return entryJson(entry);
}

/** One answer for people, with what other kernels make of the value. */
export function replyText({ request, entry }: EntryReply): string {
  const lines = kernelLines(readingsOf(request));
  const notes = lines.length === 0 ? [] : [['On other kernels:'], ...lines];
  return `${answerPlainText(entryAnswer(entry, { notes }))}\n\n`;
}

/** A JSON line for each run of kernels that agree; one where no kernel matters. */
export function everyKernelJson(reply: EntryReply): Json[] {
  const readings = readingsOf(reply.request);
  if (readings.length === 0) return [replyJson(reply)];
  return readings.map((reading) => ({
    ...entryJson(withBasis(reading)),
    kernels: reading.span,
    layouts: [...reading.layouts],
    summary: reading.summary,
    begins: reading.begins,
    commits: [...reading.commits],
    differences: reading.differences.map(({ fact, here, there }) =>
      factsJson({ fact, here, there }),
    ),
  }));
}

/** The same for people: a line for each run of kernels. */
export function everyKernelText(reply: EntryReply): string {
  const readings = readingsOf(reply.request);
  if (readings.length === 0) return replyText(reply);
  const width = Math.max(...readings.map((reading) => reading.span.length));
  return readings.map((reading) => `${reading.span.padEnd(width)}  ${reading.summary}\n`).join('');
}

function withBasis({ entry, source }: EraReading): DecodedEntry {
  return { ...entry, basis: { ...entry.basis, kernel: 'given', why: source } };
}

function readingsOf(request: DecodeRequest): readonly EraReading[] {
  const readings = otherKernels(request);
  if ('problem' in readings) throw inputProblem(readings.problem);
  return readings;
}
