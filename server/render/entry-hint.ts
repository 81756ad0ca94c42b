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
  /** Leaves side by side that go on with it and are alike: told as one. 1 when left out. */
  readonly count?: number;
}

/** An entry in as few words as it takes; `undefined`: it is empty, and nothing is worth a word. */
export function entryHint(entry: DecodedEntry, place: HintPlace): string | undefined {
  const { full } = place;
  const { hardware, input: inputName } = formatOf(entry.format);
  const short = shortHint(entry, hardware, inputName, place);
  if (short === undefined || !full) return short;
  const more = factPhrases(entry.facts).filter((phrase) => !/^(not )?accessed$/.test(phrase));
  return [short, ...more, ...entry.findings.map(({ code }) => code)].join(' · ');
}

function shortHint(
  entry: DecodedEntry,
  hardware: HardwareFormatName,
  inputName: string,
  { input, count = 1 }: HintPlace,
): string | undefined {
  const worst = entry.findings.find(({ severity }) => severity === 'error');
  const trouble = worst ? `, ${worst.code}` : '';
  if (mapsMemory(entry.kind)) {
    const size = shortSize(entry.pageSize ?? 0);
    const rights = entry.permissions ? ` ${shortRights(entry.permissions)}` : '';
    const { accessed, dirty, af, access_tracked: tracked } = entry.facts;
    const used = `${accessed === true || af === true ? ' A' : ''}${dirty === true ? ' D' : ''}`;
    const more = BigInt((count - 1) * (entry.pageSize ?? 0));
    const from = input === null ? '' : ` ${inputText(inputName, input, more)}`;
    const to = entry.address === null ? '' : ` → ${span(entry.address >> 12n, more >> 12n)}`;
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
function inputText(name: string, input: bigint, more: bigint): string {
  return name === 'GPA' || name === 'IPA'
    ? `gfn ${span(input >> 12n, more >> 12n)}`
    : `${name.toLowerCase()} ${span(input, more)}`;
}

/** The first number, and the last where there are more. */
function span(first: bigint, more: bigint): string {
  return more === 0n ? formatWord(first) : `${formatWord(first)}–${formatWord(first + more)}`;
}

/** Whether the second entry is a leaf that only goes on with the first: the same but for its place. */
export function goesOn(first: DecodedEntry, second: DecodedEntry): boolean {
  if (!mapsMemory(first.kind) || first.address === null || second.address === null) return false;
  const alike = (entry: DecodedEntry): string | undefined =>
    entryHint({ ...entry, address: null }, { input: null, full: true });
  const next = first.address + BigInt(first.pageSize ?? 0);
  return second.address === next && alike(first) === alike(second);
}

/** `L2`; arm64's own numbers, which run the other way, for its tables. */
export function levelInShort(hardware: HardwareFormatName, level: number): string {
  return hardware.startsWith('arm64') ? `level ${4 - level}` : `L${level}`;
}
