import {
  decodeWord,
  findWordKind,
  formatWord,
  parseWord,
  type WordContext,
  wordKinds,
} from '../../src-core/index';
import { decodedWordAnswer } from '../render/decoded-word';
import { answerPlainText } from '../render/plain-text';
import { type Command, inputProblem, parseCommandLine, usageProblem } from './command';
import { factsJson, fieldJson, findingJson } from './entry-json';
import { entryContext } from './entry-options';

const width = Math.max(...wordKinds.map(({ name }) => name.length));

/** `pagewalk word`: registers, error codes and syndromes that stand beside entries. */
export const wordCommand: Command = {
  name: 'word',
  usage: 'NAME VALUE… [--kernel VERSION] [--vtcr VALUE] [--json]',
  summary: 'registers, error codes and syndromes: CR3, EPTP, PFERR, exit qualification, ESR, …',
  help: `
NAME                one of these, in any case of letters:
${wordKinds.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`).join('\n')}
VALUE               hexadecimal, up to 64 bits
--kernel VERSION    for words whose bits KVM defines: pferr, role
--vtcr VALUE        for vttbr: VTCR_EL2, which says how much of it is the root
--config KEY=VALUE  a fact of the CPU
--json              one line a value: {"word","value","title","summary","facts","fields","findings"}
`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, {
      kernel: { type: 'string' },
      vtcr: { type: 'string' },
      config: { type: 'string', multiple: true },
      json: { type: 'boolean' },
    });
    const [name, ...texts] = positionals;
    if (name === undefined) throw usageProblem('no NAME is given');
    const kind = findWordKind(name);
    if (!kind) {
      throw usageProblem(
        `'${name}' is no word this knows: ${wordKinds.map((known) => known.name).join(', ')}`,
      );
    }
    if (texts.length === 0) throw usageProblem('no VALUE is given');
    const { kernel, cpu } = entryContext(values);
    const vtcr = values.vtcr === undefined ? undefined : wordOf(values.vtcr);
    const context: WordContext = {
      cpu,
      ...(kernel !== undefined && { kernel }),
      ...(vtcr !== undefined && { vtcr }),
    };
    for (const text of texts) {
      const word = decodeWord(kind.name, wordOf(text), context);
      if ('problem' in word) throw inputProblem(word.problem);
      const line = {
        word: word.name,
        value: formatWord(word.value),
        title: word.title,
        summary: word.summary,
        facts: factsJson(word.facts),
        fields: word.fields.map(fieldJson),
        findings: word.findings.map(findingJson),
      };
      await io.write(
        values.json
          ? `${JSON.stringify(line)}\n`
          : `${answerPlainText(decodedWordAnswer(word))}\n\n`,
      );
    }
    return 0;
  },
};

function wordOf(text: string): bigint {
  const word = parseWord(text);
  if (word !== undefined) return word;
  throw inputProblem(`'${text}' is no 64-bit value: up to 16 hexadecimal digits are expected`);
}
