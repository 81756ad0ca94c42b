import {
  arm64Shape,
  type CompiledFormat,
  type CpuConfig,
  cpuOfTables,
  type Detection,
  type EntryFormat,
  type EntryTest,
  entryTest,
  eras,
  findEntryFormat,
  findLayout,
  formatWord,
  type FrameStore,
  hardwareFormat,
  layoutForKernel,
  mmioRecognition,
  rootAddress,
  type RootCandidate,
  type TableShape,
  type TableTree,
  tableTree,
} from '../src-core/index';
import type { Ground } from './ask-entry';
import { eraOfTables, type TableEra } from './table-era';

/** What is known beforehand about a memory's tables, and from where. */
export interface TableHints {
  readonly format?: EntryFormat;
  readonly formatGround?: Ground;
  /** Byte address of the root, or a whole CR3 or EPTP value. */
  readonly root?: bigint;
  readonly rootGround?: Ground;
  readonly levels?: number;
  /** arm64: width of the input address in bits. */
  readonly inputBits?: number;
  readonly kernel?: string;
  readonly layout?: string;
  readonly kernelGround?: Ground;
  readonly cpu: CpuConfig;
}

/** A root, and how the tables below it are to be read. */
export class TableChoice {
  readonly levels: number;
  private growing: TableTree | undefined;
  private found: { readonly era: TableEra | undefined } | undefined;

  constructor(
    readonly memory: FrameStore,
    readonly format: EntryFormat,
    readonly compiled: CompiledFormat,
    readonly root: bigint,
    readonly hints: TableHints,
    readonly formatGround: Ground,
    readonly rootGround: Ground,
  ) {
    this.levels = compiled.shape.levels;
  }

  /** The tables the root reaches. */
  get tree(): TableTree {
    return (this.growing ??= tableTree(this.memory, this.compiled, this.root));
  }

  /** The kernel as the tables' own bits tell; not asked where a kernel or layout is given. */
  get era(): TableEra | undefined {
    const { hints } = this;
    if (hints.kernel !== undefined || hints.layout !== undefined) return undefined;
    this.found ??= {
      era: eraOfTables(this.memory, this.tree, this.compiled, this.format.name, hints.cpu),
    };
    return this.found.era;
  }

  /** How a walk tells KVM's MMIO entries; `undefined`: there are none. */
  get mmio(): EntryTest | undefined {
    const { kernel, layout, cpu } = this.hints;
    const named = layout ?? this.era?.layout;
    const era =
      (named === undefined ? undefined : findLayout(named)) ??
      (kernel === undefined ? undefined : layoutForKernel(kernel)?.era) ??
      eras.findLast(({ caveat }) => caveat === null)!;
    const recognition = mmioRecognition(this.format.name, era, cpu);
    return recognition && entryTest(recognition.mask, recognition.value);
  }

  /** One sentence: what is given, detected or assumed, and why. */
  get why(): string {
    const { kernelGround } = this.hints;
    const parts = [
      this.formatGround.why,
      this.rootGround.why,
      (kernelGround ?? this.era?.ground)?.why,
    ];
    const text = parts.filter((part) => part !== undefined && part !== '').join('; ');
    return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }
}

/**
 * The tables to walk: as given, and for the rest as detected.
 * @param detect asked only where something is not given; it keeps to what is given
 * @returns one sentence where nothing can be walked
 */
export function chooseTables(
  memory: FrameStore,
  hints: TableHints,
  detect: () => Detection,
): TableChoice | { readonly problem: string } {
  const { format, root, levels } = hints;
  const needed = format === undefined || root === undefined || levels === undefined;
  const candidates = needed ? detect().roots : [];
  const [candidate] = candidates;
  const chosen = format ?? (candidate && findEntryFormat(candidate.format));
  if (!chosen) return { problem: noTables(memory) };
  const shape = shapeOf(chosen, levels ?? candidate?.levels, hints);
  if ('problem' in shape) return shape;
  const compiled = hardwareFormat(chosen.hardware).compile(shape);
  const given = root === undefined ? undefined : rootAddress(compiled, root);
  const address = given ?? candidate?.address;
  if (address === undefined) return { problem: noTables(memory) };
  return new TableChoice(
    memory,
    chosen,
    compiled,
    address,
    hints,
    format ? (hints.formatGround ?? { basis: 'given', why: '' }) : formatGround(candidates),
    given === undefined
      ? { basis: 'detected', why: `root ${formatWord(address)} found in the dump` }
      : (hints.rootGround ?? { basis: 'given', why: '' }),
  );
}

/** A format that fits nearly as well as the best one: from this part of its score on. */
const nearlyAsGood = 0.85;

/** Why the format is what the best candidate says; not certain where another fits nearly as well. */
function formatGround([best, ...others]: readonly RootCandidate[]): Ground {
  const title = (candidate: RootCandidate): string => findEntryFormat(candidate.format)!.title;
  if (!best) return { basis: 'assumed', why: '' };
  const rival = others.find(({ score }) => score >= best.score * nearlyAsGood);
  const evidence = best.evidence[0] === undefined ? '' : `: ${best.evidence[0]}`;
  if (!rival) return { basis: 'detected', why: `${title(best)}${evidence}` };
  const what =
    rival.address === best.address && rival.levels === best.levels
      ? title(rival)
      : `${title(rival)} with ${rival.levels} levels from ${formatWord(rival.address)}`;
  return {
    basis: 'assumed',
    why: `${title(best)} assumed, ${what} fits nearly as well${evidence}`,
  };
}

function shapeOf(
  { name, hardware, title }: EntryFormat,
  levels: number | undefined,
  { cpu, inputBits }: TableHints,
): TableShape | { readonly problem: string } {
  if (hardware === 'arm64-stage1' || hardware === 'arm64-stage2') {
    const shape = arm64Shape(hardware, cpu, inputBits);
    if (levels === undefined || 'problem' in shape) return shape;
    return { ...shape, levels };
  }
  const counts = hardwareFormat(hardware).levelCounts;
  const wanted = levels ?? counts[0]!;
  return counts.includes(wanted)
    ? { levels: wanted, cpu: cpuOfTables(name, cpu) }
    : { problem: `${title} has ${counts.join(' or ')} levels, not ${wanted}` };
}

function noTables(memory: FrameStore): string {
  return memory.frameCount === 0
    ? 'no dump of memory is in here: QEMU prints one with `xp /512gx ADDRESS`, gdb with `x/512gx ADDRESS`'
    : 'no page-table root was found in here: name the root and the format';
}
