import { decodeEntry, levelFromArchitecture, parseWord } from '../../src-core/index';
import { askEntry, type EntryReply } from '../ask-entry';
import {
  type CliIo,
  type Command,
  inputProblem,
  parseCommandLine,
  usageProblem,
  wholeNumber,
} from './command';
import { everyKernelJson, everyKernelText, replyJson, replyText } from './decode-answer';
import { readRecord, type RecordDefaults } from './decode-record';
import { entryJson, type Json } from './entry-json';
import { type EntryContext, entryContext, entryOptions, entryOptionsHelp } from './entry-options';
import { linesOf } from './lines';

/** `pagewalk decode`: what a value means, in a format, at a level, on a kernel. */
export const decodeCommand: Command = {
  name: 'decode',
  usage: '[VALUE…] [--level N] [options]',
  summary: 'what an entry means: every bit of it, by format, level and kernel',
  help: `
VALUE               hexadecimal, up to 64 bits
--level N           1 is the smallest page (arm64: the architecture's number, 3 is the smallest)
--all-kernels       the same value on every kernel: one answer for each run of kernels that agree
--stdin             one JSON object a line: {"value","format","level","kernel","config":{…}}
${entryOptionsHelp}

Without --format or --level the likeliest is assumed, and the answer says so.
`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, {
      ...entryOptions,
      level: { type: 'string' },
      'all-kernels': { type: 'boolean', default: false },
      stdin: { type: 'boolean', default: false },
    });
    const context = entryContext(values);
    const level = wholeNumber('level', values.level);
    if (values.stdin) {
      if (positionals.length > 0) throw usageProblem('--stdin takes no VALUE beside it');
      await decodeLines(io, { ...context, ...(level !== undefined && { level }) });
      return 0;
    }
    if (positionals.length === 0) throw usageProblem('no VALUE is given');
    for (const text of positionals) {
      const reply = ask(text, context, level);
      if (!values.json) {
        await io.write(values['all-kernels'] ? everyKernelText(reply) : replyText(reply));
        continue;
      }
      const answers = values['all-kernels'] ? everyKernelJson(reply) : [replyJson(reply)];
      for (const answer of answers) await io.write(jsonLine(answer));
    }
    return 0;
  },
};

function ask(text: string, context: EntryContext, level: number | undefined): EntryReply {
  const value = parseWord(text);
  if (value === undefined) {
    throw inputProblem(`'${text}' is no 64-bit value: up to 16 hexadecimal digits are expected`);
  }
  const { format, kernel, layout, cpu } = context;
  const ownCount = format?.hardware.startsWith('arm64') ?? false;
  const reply = askEntry({
    value,
    cpu,
    ...(format && { format: format.name }),
    ...(level !== undefined && { level: ownCount ? levelFromArchitecture(level) : level }),
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
  });
  if ('problem' in reply) throw inputProblem(reply.problem);
  return reply;
}

/** Answers a line for each line read, in order; a bad one is answered with `error`. */
async function decodeLines(io: CliIo, defaults: RecordDefaults): Promise<void> {
  for await (const line of linesOf(io.stdin())) {
    // The vector files are JSON arrays with one record a line.
    const text = line.trim().replace(/,$/, '');
    if (text === '' || text === '[' || text === ']') continue;
    await io.write(jsonLine(answerLine(text, defaults)));
  }
}

function answerLine(line: string, defaults: RecordDefaults): Json {
  const record = readRecord(line, defaults);
  if ('problem' in record) return { error: record.problem };
  const entry = decodeEntry(record.request);
  if ('problem' in entry) return { error: entry.problem };
  const answer = entryJson(entry);
  return record.notes.length === 0 ? answer : { ...answer, notes: [...record.notes] };
}

function jsonLine(answer: Json): string {
  return `${JSON.stringify(answer)}\n`;
}
