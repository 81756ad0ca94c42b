import { type MapRange, parseWord, rangeKinds } from '../../src-core/index';
import { usageProblem } from './command';

type Test = (range: MapRange) => boolean;

/** One form of a term; a new one is a row here. */
interface TermForm {
  readonly pattern: RegExp;
  readonly help: string;
  readonly test: (match: RegExpExecArray) => Test | undefined;
}

const rightLetters = ['r', 'w', 'x', 'u'] as const;

const sizeUnits: Readonly<Record<string, number>> = {
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

const forms: readonly TermForm[] = [
  {
    pattern: /^[rwxu]+$/,
    help: 'w, x, rw …   every one of these rights (u: user)',
    test:
      ([letters]) =>
      (range) =>
        rightLetters.every((letter) => !letters.includes(letter) || hasRight(range, letter)),
  },
  {
    pattern: new RegExp(`^(${rangeKinds.join('|')})$`),
    help: rangeKinds.join(', '),
    test:
      ([kind]) =>
      (range) =>
        range.kind === kind,
  },
  {
    pattern: /^([0-9]+)([kmgt])$/i,
    help: '4K, 2M, 1G …   pages of that size are in it',
    test: ([, count, unit]) => {
      const size = Number(count) * sizeUnits[unit!.toLowerCase()]!;
      return (range) => range.pageSizes.includes(size);
    },
  },
  {
    pattern: /^(0x[0-9a-f]+)(?:-(0x[0-9a-f]+))?$/i,
    help: '0xA, 0xA-0xB   addresses of it are between A and B',
    test: ([, from, to]) => {
      const low = parseWord(from!);
      const high = to === undefined ? low : parseWord(to);
      if (low === undefined || high === undefined) return undefined;
      return (range) => range.start <= high && range.end > low;
    },
  },
];

export const mapFilterHelp = forms.map(({ help }) => `  ${help}`).join('\n');

function hasRight({ permissions }: MapRange, letter: string): boolean {
  if (permissions === null) return false;
  const { read, write, execute, user } = permissions;
  const rights: Readonly<Record<string, boolean | null>> = {
    r: read,
    w: write,
    x: execute,
    u: user,
  };
  return rights[letter] === true;
}

/**
 * A filter from text: terms joined by commas, which must all hold; `!` before a term turns it round.
 * @throws CliProblem (2) for a term of no known form
 */
export function mapFilter(text: string | undefined): Test {
  if (text === undefined) return () => true;
  const tests = text.split(',').map((term) => termTest(term.trim()));
  return (range) => tests.every((test) => test(range));
}

function termTest(term: string): Test {
  const turned = term.startsWith('!');
  const bare = turned ? term.slice(1) : term;
  for (const { pattern, test } of forms) {
    const match = pattern.exec(bare);
    const found = match && test(match);
    if (found) return turned ? (range) => !found(range) : found;
  }
  throw usageProblem(`--filter: '${term}' is no condition`);
}
