import { type AddressBase, formatWord, parseWord } from '../../src-core/index';
import { usageProblem } from './command';

/** Options that say where the addresses of the sources lie. */
export const sourceOptions = {
  base: { type: 'string' },
  virtual: { type: 'string' },
} as const;

export const sourceOptionsHelp = `
--base PA              addresses of the dumps are offsets from there (a file's start, for images and
                       for xxd -p); goes before a comment line's base=
--virtual VA           addresses of the dumps are virtual: memory is mapped from there on in order
                       (the direct map: 0xffff888000000000 on x86-64 without KASLR), from --base on
`.trim();

/** What the options say of the sources' addresses. @throws CliProblem (2) for what is no address */
export function addressBase(given: {
  readonly base?: string | undefined;
  readonly virtual?: string | undefined;
}): AddressBase {
  const base = addressOf('base', given.base);
  const virtual = addressOf('virtual', given.virtual);
  return { ...(base !== undefined && { base }), ...(virtual !== undefined && { virtual }) };
}

function addressOf(name: string, text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  const address = parseWord(text);
  if (address === undefined) {
    throw usageProblem(`--${name} ${text} is no address: ${formatWord(0x100000000n)} is one`);
  }
  return address;
}
