import {
  bitField,
  decodeEntry,
  encodeEntry,
  entryFormats,
  type EntryPlace,
  type FieldShape,
  fieldShapes,
  findEntryFormat,
  formatWord,
  layoutsOfFormat,
  parseWord,
} from '../src-core/index';
import { kernelNotes } from './explain/table-entry';
import type { ComposedField, ComposeFormat, ComposeParams, ComposeResponse } from './protocol';
import { entryAnswer, entryInShort } from './render/entry';
import { bitsText } from './render/field-table';
import { answerMarkdown } from './render/markdown';
import { levelText } from './render/quantities';

type Cpu = NonNullable<EntryPlace['cpu']>;

/** Levels as KVM counts; which of them a format has, its shapes say. */
const levels = [5, 4, 3, 2, 1];

/** Every format that entries can be composed in, with its levels and the kernels that matter. */
export function composeFormats(cpu: Cpu): ComposeFormat[] {
  return entryFormats.map(({ name, title, hardware }) => ({
    name,
    title,
    levels: levels
      .filter((level) => !('problem' in fieldShapes({ format: name, level, cpu })))
      .map((level) => ({ level, title: levelText(hardware, level) })),
    kernels: layoutsOfFormat(name)
      .map((layout) => ({ layout: layout.name, title: layout.span }))
      .reverse(),
  }));
}

/** An entry made of fields and read back, or a sentence that says what does not fit. */
export function composeEntry(params: ComposeParams, cpu: Cpu): ComposeResponse {
  const format = findEntryFormat(params.format);
  if (!format) return { problem: `'${params.format}' is no format.` };
  const { level, kernel, layout, shape: wanted } = params;
  const place: EntryPlace = {
    format: format.name,
    level,
    cpu,
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
  };
  const shapes = fieldShapes(place);
  if ('problem' in shapes) return shapes;
  const fields = fieldsOf(params, place);
  if ('problem' in fields) return fields;
  const made = encodeEntry({
    ...place,
    fields: fields.values,
    ...(wanted !== undefined && { shape: wanted }),
  });
  if ('problem' in made) return made;
  const request = { ...place, value: made.value };
  const entry = decodeEntry(request);
  if ('problem' in entry) return entry;
  const reply = { request, entry, guessed: true, alternatives: [] };
  const shape = shapes.find(({ name }) => name === made.shape)!;
  return {
    composed: {
      value: formatWord(made.value),
      shape: made.shape,
      shapes: [...new Set(shapes.map(({ name }) => name))],
      fields: fieldList(shape, made.value),
      summary: entryInShort(entry),
      markdown: answerMarkdown(entryAnswer(entry, { notes: kernelNotes(reply) })),
    },
  };
}

/** What is set: the fields of the value to start from, then those named. */
function fieldsOf(
  { value: text, fields }: ComposeParams,
  place: EntryPlace,
): { readonly values: Readonly<Record<string, bigint>> } | { readonly problem: string } {
  const values: Record<string, bigint> = {};
  if (text !== undefined) {
    const value = parseWord(text);
    if (value === undefined) return { problem: `'${text}' is no 64-bit value.` };
    const entry = decodeEntry({ ...place, value });
    if ('problem' in entry) return entry;
    for (const field of entry.fields) values[field.name] = field.value;
  }
  for (const [name, given] of Object.entries(fields)) {
    const value = parseWord(given);
    if (value === undefined) return { problem: `'${given}' is no hexadecimal value for ${name}.` };
    values[name] = value;
  }
  return { values };
}

function fieldList({ fields }: FieldShape, value: bigint): ComposedField[] {
  return fields.map((field) => {
    const { name, high, low, role, meaning } = field;
    const now = bitField(value, high, low);
    return {
      name,
      bits: bitsText(field),
      width: high - low + 1,
      value: formatWord(now),
      meaning: meaning(now),
      idle: role === 'ignored' || role === 'reserved',
    };
  });
}
