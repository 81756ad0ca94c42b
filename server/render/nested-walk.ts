import {
  formatWord,
  type HardwareFormatName,
  type NestedStep,
  type NestedWalk,
  sizeText,
} from '../../src-core/index';
import type { TableChoice } from '../table-choice';
import type { TwoDimensions } from '../two-dimensions';
import { type DumpCommand, dumpCommands, missingSentence } from './dump-commands';
import { levelText, rightsText } from './quantities';

/** Short names, since they stand before every entry. */
const shortNames: Readonly<Partial<Record<HardwareFormatName, string>>> = {
  ept: 'EPT',
  npt: 'NPT',
  'arm64-stage1': 'stage 1',
  'arm64-stage2': 'stage 2',
};

/** What a dimension's tables are called where both stand side by side. */
export function dimensionName({ first, second }: TwoDimensions, dimension: 1 | 2): string {
  const { hardware, title } = (dimension === 1 ? first : second).format;
  return shortNames[hardware] ?? (dimension === 1 ? 'guest' : title);
}

/** The page that a walk misses, whole: the memory has it under no address of the guest's. */
export function nestedDumpCommands({ missing }: NestedWalk): DumpCommand[] {
  return missing === null ? [] : dumpCommands(missing & ~0xfffn, 8, 512);
}

/** The tables that a step reads. */
export function tablesOfStep(both: TwoDimensions, { dimension }: NestedStep): TableChoice {
  return dimension === 1 ? both.first : both.second;
}

/** The answer to a walk in two dimensions, in one line. */
export function nestedSummary(both: TwoDimensions, walk: NestedWalk): string {
  return `${ending(both, walk)} ${countText(walk)}`;
}

function ending(both: TwoDimensions, walk: NestedWalk): string {
  const { first } = both;
  const way = wayText(both, walk);
  if (walk.status === 'mapped') {
    const size = walk.pageSize === null ? '' : `, ${sizeText(walk.pageSize)} page`;
    const rights = walk.permissions === null ? '' : `, ${rightsText(walk.permissions)}`;
    return `${way} → ${addressNames(both)[2]} ${formatWord(walk.physical ?? 0n)}${size}${rights}.`;
  }
  if (walk.status === 'missing' && walk.missing !== null) {
    return `${way}: ${missingSentence(walk.missing & ~0xfffn, nestedDumpCommands(walk))}`;
  }
  const finding = walk.findings[0]?.message;
  const last = walk.steps.at(-1);
  const where = last
    ? `${dimensionName(both, last.dimension)}, ${levelText(tablesOfStep(both, last).format.hardware, last.level)}, entry ${last.index} at ${formatWord(last.entryAddress)}`
    : `the root of ${first.format.title}`;
  return `${way}: ${walk.status}, at ${where}.${finding === undefined ? '' : ` ${sentence(finding)}`}`;
}

function wayText(both: TwoDimensions, walk: NestedWalk): string {
  const [input, between] = addressNames(both);
  const start = `${input} ${formatWord(walk.address)}`;
  return walk.intermediate === null
    ? start
    : `${start} → ${between} ${formatWord(walk.intermediate)}`;
}

/** What the addresses are called. An IPA comes to a physical address, a GPA to the host's. */
export function addressNames({ first, second }: TwoDimensions): [string, string, string] {
  const between = second.format.input;
  return [
    between === 'GPA' ? 'GVA' : first.format.input,
    between,
    between === 'GPA' ? 'HPA' : 'PA',
  ];
}

/** Every entry read is a reference to memory: 24 with four levels on both sides, 35 with five. */
function countText({ steps }: NestedWalk): string {
  return `${steps.length} ${steps.length === 1 ? 'memory reference' : 'memory references'}.`;
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
