import {
  findEntryFormat,
  findWordKind,
  parseKernelVersion,
  parseWord,
  type WordContext,
} from '../../src-core/index';
import { askEntry, type EntryQuestion } from '../ask-entry';
import { kernelOfFile } from '../explain/kernel-of-file';
import { kernelNotes } from '../explain/table-entry';
import { wordAnswer } from '../explain/word-answer';
import { decodeRequest, type DecodeParams, type DecodeResponse } from '../protocol';
import { entryAnswer } from '../render/entry';
import { answerMarkdown } from '../render/markdown';
import type { Feature } from './feature';

/** What a value means that stands in no file, or in the open one's format. */
export const decode: Feature = {
  capabilities: {},
  register({ connection, settings, view, safely }) {
    const surroundings = async (uri: string | null): Promise<WordContext> => {
      const file = uri === null ? undefined : await view(uri);
      const { cpu, kernel } = file
        ? { cpu: file.cpu, kernel: kernelOfFile(file) }
        : await settings(uri);
      return { cpu, ...(kernel !== undefined && { kernel }) };
    };
    connection.onRequest(
      decodeRequest,
      safely<DecodeParams, DecodeResponse>(
        'decode',
        { problem: 'The decode failed; see the log.' },
        async (params) => {
          const word = namedWord(params.value);
          if (word) return decodeNamed(word, await surroundings(params.uri));
          const value = parseWord(params.value);
          if (value === undefined) {
            return {
              problem: `'${params.value}' is no 64-bit value: up to 16 hexadecimal digits are expected.`,
            };
          }
          const file = params.uri === null ? undefined : await view(params.uri);
          if (file) return answerTo(file.wordQuestion(value), params);
          const { cpu, format, kernel, layout } = await settings(params.uri);
          return answerTo(
            {
              value,
              cpu,
              ...(format !== undefined && { format }),
              ...(kernel !== undefined && { kernel }),
              ...(layout !== undefined && { layout }),
            },
            params,
          );
        },
      ),
    );
  },
};

interface NamedWord {
  readonly name: string;
  readonly value: string;
}

/** `cr3 = 0x1000`, `exit qualification 0x182`: a word by its name; `undefined`: no name is known. */
function namedWord(text: string): NamedWord | undefined {
  const [, name, value] = /^\s*([a-z][\w -]*?)\s*[\s:=]\s*([0-9a-fx_`]+)\s*$/i.exec(text) ?? [];
  const kind = name === undefined ? undefined : findWordKind(name.replace(/\s+/g, '-'));
  return kind && { name: kind.name, value: value! };
}

function decodeNamed({ name, value }: NamedWord, context: WordContext): DecodeResponse {
  const word = parseWord(value);
  if (word === undefined) return { problem: `'${value}' is no 64-bit value.` };
  return { markdown: answerMarkdown(wordAnswer(name, word, context)) };
}

/** The answer to a question, with what the request itself says put in its place. */
function answerTo(question: EntryQuestion, params: DecodeParams): DecodeResponse {
  const { level, kernel } = params;
  const format = params.format === undefined ? undefined : findEntryFormat(params.format);
  if (params.format !== undefined && !format)
    return { problem: `'${params.format}' is no format.` };
  if (kernel !== undefined && !parseKernelVersion(kernel)) {
    return { problem: `'${kernel}' is no kernel version: write it like 6.1 or v5.13-rc2.` };
  }
  const { layout, candidates, kernelGround, formatGround, ...rest } = question;
  const reply = askEntry({
    ...rest,
    ...(kernel === undefined && layout !== undefined && { layout }),
    ...(kernel === undefined && candidates && { candidates }),
    ...(kernel === undefined && kernelGround && { kernelGround }),
    ...(format === undefined && formatGround && { formatGround }),
    ...(format && { format: format.name }),
    ...(level !== undefined && { level }),
    ...(kernel !== undefined && { kernel }),
  });
  if ('problem' in reply) return reply;
  return { markdown: answerMarkdown(entryAnswer(reply.entry, { notes: kernelNotes(reply) })) };
}
