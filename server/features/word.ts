import { findWordKind, parseWord } from '../../src-core/index';
import { kernelOfFile } from '../explain/kernel-of-file';
import { wordAnswer } from '../explain/word-answer';
import { type DecodeResponse, type WordParams, wordRequest } from '../protocol';
import { answerMarkdown } from '../render/markdown';
import type { Feature } from './feature';

/** What a register, an error code or a syndrome says. */
export const word: Feature = {
  capabilities: {},
  register({ connection, settings, view, safely }) {
    connection.onRequest(
      wordRequest,
      safely<WordParams, DecodeResponse>(
        'word',
        { problem: 'The decode failed; see the log.' },
        async ({ name, value: text, uri }) => {
          const kind = findWordKind(name);
          if (!kind) return { problem: `'${name}' is no word that is known here.` };
          const value = parseWord(text);
          if (value === undefined) {
            return {
              problem: `'${text}' is no 64-bit value: up to 16 hexadecimal digits are expected.`,
            };
          }
          const file = uri === null ? undefined : await view(uri);
          const { cpu, kernel } = file
            ? { cpu: file.cpu, kernel: kernelOfFile(file) }
            : await settings(uri);
          const context = { cpu, ...(kernel !== undefined && { kernel }) };
          return { markdown: answerMarkdown(wordAnswer(kind.name, value, context)) };
        },
      ),
    );
  },
};
