import { decodeRole, formatWord, parseWord } from '../../src-core/index';
import { decodedWordAnswer } from '../render/decoded-word';
import { answerPlainText } from '../render/plain-text';
import { type Command, inputProblem, parseCommandLine, usageProblem } from './command';
import { factsJson, findingJson } from './entry-json';

/** `pagewalk role`: kvm_mmu_page_role words, by the kernel's names of the fields. */
export const roleCommand: Command = {
  name: 'role',
  usage: 'WORD… [--kernel VERSION] [--json]',
  summary: "kvm_mmu_page_role words: a shadow page's role by kernel version",
  help: `
WORD              hexadecimal, 32 bits (64 for a kvm_cpu_role)
--kernel VERSION  such as 6.1 or v5.10; without it the newest layout is assumed
--json            one line a word: the fields by the kernel's names
`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, {
      kernel: { type: 'string' },
      json: { type: 'boolean' },
    });
    if (positionals.length === 0) throw usageProblem('no WORD is given');
    for (const text of positionals) {
      const word = parseWord(text);
      if (word === undefined) throw inputProblem(`'${text}' is no hexadecimal word of 64 bits`);
      const role = decodeRole(word, values.kernel);
      if ('problem' in role) throw inputProblem(role.problem);
      const line = {
        ...factsJson(role.facts),
        word: formatWord(word),
        kernel: values.kernel ?? null,
        summary: role.summary,
        findings: role.findings.map(findingJson),
      };
      await io.write(
        values.json ? `${JSON.stringify(line)}\n` : `${answerPlainText(decodedWordAnswer(role))}\n`,
      );
    }
    return 0;
  },
};
