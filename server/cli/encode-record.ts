import { type EncodeRequest, parseWord } from '../../src-core/index';
import { isRecord } from '../settings-schema';
import { parseObject, type RecordDefaults, requestOf } from './decode-record';

/**
 * Reads one line of `encode --stdin`: `{"format","level","kernel","config":{…},"shape",
 * "fields":{NAME:VALUE}}`. `fields` may also be the list that a decode answers.
 * @returns the request, or one sentence that says what is wrong with the line.
 */
export function readFieldsRecord(
  line: string,
  defaults: RecordDefaults,
): EncodeRequest | { readonly problem: string } {
  const record = parseObject(line);
  if (!record) return { problem: 'no JSON object' };
  // A decode's answer still has its value, which is what the fields are to give again.
  const place = requestOf({ ...record, value: '0x0' }, defaults);
  if ('problem' in place) return place;
  const fields = fieldsOf(record.fields);
  if ('problem' in fields) return fields;
  const { format, level, kernel, layout, cpu } = place.request;
  return {
    format,
    level,
    fields: fields.fields,
    ...(cpu && { cpu }),
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
    ...(typeof record.shape === 'string' && { shape: record.shape }),
  };
}

function fieldsOf(
  given: unknown,
): { readonly fields: Readonly<Record<string, bigint>> } | { readonly problem: string } {
  const pairs: [string, unknown][] = Array.isArray(given)
    ? given.filter(isRecord).map(({ name, value }) => [String(name), value])
    : isRecord(given)
      ? Object.entries(given)
      : [];
  const fields: Record<string, bigint> = {};
  for (const [name, text] of pairs) {
    const value = wordOf(text);
    if (value === undefined) return { problem: `${name}: ${JSON.stringify(text)} is no value` };
    fields[name] = value;
  }
  return { fields };
}

function wordOf(value: unknown): bigint | undefined {
  if (typeof value === 'string') return parseWord(value);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return Number.isSafeInteger(value) && Number(value) >= 0 ? BigInt(Number(value)) : undefined;
}
