import {
  type DecodedEntry,
  decodeEntry,
  encodeEntry,
  type EncodeRequest,
  type EntryPlace,
  fieldShapes,
  formatWord,
  levelFromArchitecture,
  parseWord,
} from '../../src-core/index';
import { entryAnswer } from '../render/entry';
import { bitsText } from '../render/field-table';
import { answerPlainText, tableText } from '../render/plain-text';
import {
  type CliIo,
  type Command,
  inputProblem,
  parseCommandLine,
  usageProblem,
  wholeNumber,
} from './command';
import { readFieldsRecord } from './encode-record';
import { entryJson, type Json } from './entry-json';
import { type EntryContext, entryContext, entryOptions, entryOptionsHelp } from './entry-options';
import { linesOf } from './lines';

/** `pagewalk encode`: an entry from its fields, the way back from `decode`. */
export const encodeCommand: Command = {
  name: 'encode',
  usage: '--format NAME [--level N] [--kernel VERSION] --set FIELD=VALUE… [options]',
  summary: 'the way back: an entry from its fields',
  help: `
--set FIELD=VALUE   a field by the name that decode gives it; VALUE is hexadecimal, or yes or no;
                    a field that is not set is 0 unless the kind of entry says otherwise
--shape NAME        kind of entry: leaf, table, mmio, …; left out: the first that has the fields
--level N           1 (the default) is the smallest page; arm64: the architecture's number, 3 is
--fields            lists what may be set, by kind of entry, instead of composing
--stdin             one JSON object a line: {"format","level","kernel","config":{…},"shape",
                    "fields":{NAME:VALUE}}; the answers of decode --json are such lines
${entryOptionsHelp}
`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, {
      ...entryOptions,
      level: { type: 'string' },
      set: { type: 'string', multiple: true },
      shape: { type: 'string' },
      fields: { type: 'boolean', default: false },
      stdin: { type: 'boolean', default: false },
    });
    if (positionals.length > 0) {
      throw usageProblem(`'${positionals[0]!}' is not expected: --set FIELD=VALUE`);
    }
    const context = entryContext(values);
    const level = wholeNumber('level', values.level);
    if (values.stdin) {
      await encodeLines(io, context, level);
      return 0;
    }
    const place = placeOf(context, level);
    if (values.fields) {
      await listFields(io, place, values.json === true);
      return 0;
    }
    const { shape } = values;
    const fields = fieldsOf(values.set ?? []);
    const made = compose({ ...place, fields, ...(shape !== undefined && { shape }) });
    if ('problem' in made) throw inputProblem(made.problem);
    await io.write(values.json ? `${JSON.stringify(madeJson(made))}\n` : madeText(made));
    return 0;
  },
};

interface Made {
  readonly shape: string;
  readonly entry: DecodedEntry;
}

/** Composes an entry and reads it back. */
function compose(request: EncodeRequest): Made | { readonly problem: string } {
  const made = encodeEntry(request);
  if ('problem' in made) return made;
  const { format, level, kernel, layout, cpu } = request;
  const entry = decodeEntry({
    value: made.value,
    format,
    level,
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
    ...(cpu && { cpu }),
  });
  return 'problem' in entry ? entry : { shape: made.shape, entry };
}

function madeJson({ shape, entry }: Made): Json {
  return { ...entryJson(entry), shape };
}

function madeText({ entry }: Made): string {
  return `${formatWord(entry.value)}\n\n${answerPlainText(entryAnswer(entry))}\n`;
}

/** Answers a line for each line read, in order; a bad one is answered with `error`. */
async function encodeLines(
  io: CliIo,
  context: EntryContext,
  level: number | undefined,
): Promise<void> {
  for await (const line of linesOf(io.stdin())) {
    const text = line.trim();
    if (text === '') continue;
    const request = readFieldsRecord(text, { ...context, ...(level !== undefined && { level }) });
    const made = 'problem' in request ? request : compose(request);
    const answer = 'problem' in made ? { error: made.problem } : madeJson(made);
    await io.write(`${JSON.stringify(answer)}\n`);
  }
}

function placeOf({ format, kernel, layout, cpu }: EntryContext, level = 1): EntryPlace {
  if (!format) throw usageProblem('--format NAME is missing');
  const ownCount = format.hardware.startsWith('arm64');
  return {
    format: format.name,
    level: ownCount ? levelFromArchitecture(level) : level,
    cpu,
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
  };
}

const flags: Readonly<Record<string, bigint>> = { yes: 1n, true: 1n, no: 0n, false: 0n };

function fieldsOf(settings: readonly string[]): Record<string, bigint> {
  return Object.fromEntries(
    settings.map((setting) => {
      const [, name, text] = /^([^=]+)=(.*)$/.exec(setting) ?? [];
      if (name === undefined) throw usageProblem(`--set ${setting}: FIELD=VALUE is expected`);
      const value = flags[text!.toLowerCase()] ?? parseWord(text!);
      if (value === undefined) throw usageProblem(`--set ${setting}: a hexadecimal value`);
      return [name.trim(), value];
    }),
  );
}

async function listFields(io: CliIo, place: EntryPlace, json: boolean): Promise<void> {
  const shapes = fieldShapes(place);
  if ('problem' in shapes) throw inputProblem(shapes.problem);
  for (const { name, base, fields } of shapes) {
    if (json) {
      const list = fields.map(({ name: field, high, low, role, source }) => ({
        name: field,
        high,
        low,
        role,
        source,
      }));
      await io.write(`${JSON.stringify({ shape: name, base: formatWord(base), fields: list })}\n`);
      continue;
    }
    const rows = fields.map((field) => [
      [bitsText(field)],
      [field.name],
      [field.meaning((1n << BigInt(field.high - field.low + 1)) - 1n)],
    ]);
    const table = tableText({ head: [['bits'], ['field'], ['all bits set']], rows });
    await io.write(`${name}, from ${formatWord(base)}\n${table.replace(/^/gm, '  ')}\n\n`);
  }
}
