import { type DecodedEntry, formatWord, type HardwareFormatName } from '../../src-core/index';
import { entryInShort, formatOf } from './entry';
import { entryKinds, mapsMemory } from './entry-kinds';
import { factPhrases, isFacts, plain } from './fact-phrases';
import { shortRights, shortSize } from './quantities';

/** How an entry is told at the end of its line. */
export interface HintPlace {
  /** First input address it translates; `null`: not known. */
  readonly input: bigint | null;
  readonly full: boolean;
}

/** An entry in as few words as it takes; `undefined`: it is empty, and nothing is worth a word. */
export function entryHint(entry: DecodedEntry, { input, full }: HintPlace): string | undefined {
  const { hardware, input: inputName } = formatOf(entry.format);
  const short = shortHint(entry, hardware, inputName, input);
  if (short === undefined || !full) return short;
  const more = factPhrases(entry.facts).filter((phrase) => !/^(not )?accessed$/.test(phrase));
  return [short, ...more, ...entry.findings.map(({ code }) => code)].join(' · ');
}

function shortHint(
  entry: DecodedEntry,
  hardware: HardwareFormatName,
  inputName: string,
  input: bigint | null,
): string | undefined {
  const worst = entry.findings.find(({ severity }) => severity === 'error');
  const trouble = worst ? `, ${worst.code}` : '';
  if (mapsMemory(entry.kind)) {
    const size = shortSize(entry.pageSize ?? 0);
    const rights = entry.permissions ? ` ${shortRights(entry.permissions)}` : '';
    const { accessed, dirty, af, access_tracked: tracked } = entry.facts;
    const used = `${accessed === true || af === true ? ' A' : ''}${dirty === true ? ' D' : ''}`;
    const from = input === null ? '' : ` ${inputText(inputName, input)}`;
    const to = entry.address === null ? '' : ` → ${formatWord(entry.address >> 12n)}`;
    return `${size}${rights}${used}${from}${to}${tracked === true ? ', access-tracked' : ''}${trouble}`;
  }
  if (entry.kind === 'table' && entry.address !== null) {
    return `table → ${formatWord(entry.address)} (${levelInShort(hardware, entry.level - 1)})${trouble}`;
  }
  if (entry.kind === 'mmio' && isFacts(entry.facts.mmio)) {
    const { gfn, generation } = entry.facts.mmio;
    return `mmio gfn ${plain(gfn)} gen ${plain(generation)}${trouble}`;
  }
  const nothing = entry.kind === 'empty' || (entry.kind === 'invalid' && entry.value === 0n);
  if (nothing && trouble === '') return undefined;
  return entry.address === null ? `${entryKinds[entry.kind].word}${trouble}` : entryInShort(entry);
}

/** Guest-physical addresses as the frame numbers that traces name, others as they are. */
function inputText(name: string, input: bigint): string {
  return name === 'GPA' || name === 'IPA'
    ? `gfn ${formatWord(input >> 12n)}`
    : `${name.toLowerCase()} ${formatWord(input)}`;
}

/** `L2`; arm64's own numbers, which run the other way, for its tables. */
export function levelInShort(hardware: HardwareFormatName, level: number): string {
  return hardware.startsWith('arm64') ? `level ${4 - level}` : `L${level}`;
}
