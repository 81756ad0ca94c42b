import {
  type CpuConfig,
  type Detection,
  detectTables,
  type Directive,
  type EntryFormat,
  findEntryFormat,
  hardwareKind,
  highHalf,
  lowHalf,
  type TextIndex,
} from '../src-core/index';
import type { EntryQuestion, Ground } from './ask-entry';
import type { DumpDocument } from './documents';
import type { FileSettings } from './settings-schema';
import { chooseTables, type TableChoice, type TableHints } from './table-choice';
import { readTrace, type TraceReading } from './trace-kernel';
import {
  chooseDimensions,
  type SecondHints,
  tablesOrDimensions,
  type TwoDimensions,
} from './two-dimensions';

/** What was detected when the memory had that many pages. */
interface Detected {
  readonly detection: Detection;
  readonly frames: number;
}

/** What the comment line says of more than one root: arm64's registers, a second dimension. */
type Stated = TableChoice | TwoDimensions | { readonly problem: string } | undefined;

/**
 * One version of an open file under its settings, with all that is worked out from it. Everything is
 * worked out when it is first asked for and kept until the file or its settings change.
 */
export class FileView {
  readonly version: number;
  readonly index: TextIndex;
  /** The file's comment lines; they go before settings. */
  readonly directive: Directive;
  readonly cpu: CpuConfig;
  private detected: Detected | undefined;
  private chosen: TableChoice | { readonly problem: string } | undefined;
  private stated: { readonly tables: Stated } | undefined;
  private traceRead: TraceReading | undefined;

  /** @param earlier the view of the file before its last edit, where there is one */
  constructor(
    readonly document: DumpDocument,
    readonly settings: FileSettings,
    earlier?: FileView,
  ) {
    this.version = document.version;
    this.index = document.index;
    this.directive = this.index.directive();
    this.cpu = { ...settings.cpu, ...this.directive.config };
    if (earlier?.index === this.index && earlier.settings === settings) {
      this.detected = earlier.detected;
    }
  }

  get uri(): string {
    return this.document.uri;
  }

  /**
   * Roots and formats that the file's dumps suggest. An edit that neither brings nor takes a page
   * does not move the roots: the whole memory is not looked through again.
   */
  get detection(): Detection {
    const { memory } = this.index;
    if (this.detected?.frames !== memory.frameCount) {
      const detection = detectTables(memory, { cpu: this.cpu });
      this.detected = { detection, frames: memory.frameCount };
    }
    return this.detected.detection;
  }

  /** What the SPTEs of the file's events tell. */
  get trace(): TraceReading {
    return (this.traceRead ??= readTrace(this.index, this.hints.format?.name, this.cpu));
  }

  /** What is given about the file's tables, and by whom. */
  get hints(): TableHints {
    const { directive, settings, cpu } = this;
    const line = (what: string): Ground => ({
      basis: 'given',
      why: `${what} from the file's comment line`,
    });
    const setting = (what: string): Ground => ({
      basis: 'given',
      why: `${what} from the settings`,
    });
    const format =
      directive.format ??
      (settings.format === undefined ? undefined : findEntryFormat(settings.format));
    const byLine = directive.layout !== undefined || directive.kernel !== undefined;
    const layout = byLine ? directive.layout : settings.layout;
    const kernel = byLine ? directive.kernel : settings.kernel;
    const version = layout === undefined ? `kernel ${kernel ?? ''}` : `layout ${layout}`;
    return {
      cpu,
      ...(format && {
        format,
        formatGround: directive.format ? line(format.title) : setting(format.title),
      }),
      ...(directive.root !== undefined && { root: directive.root, rootGround: line('root') }),
      ...(directive.level !== undefined && { levels: directive.level }),
      ...(kernel !== undefined && { kernel }),
      ...(layout !== undefined && { layout }),
      ...((kernel !== undefined || layout !== undefined) && {
        kernelGround: byLine ? line(version) : setting(version),
      }),
    };
  }

  /**
   * The tables of the file's dumps, or why there are none. Of two dimensions the second: its
   * addresses are those of the dumps.
   */
  get tables(): TableChoice | { readonly problem: string } {
    const { hints, statedTables } = this;
    if (statedTables) return 'second' in statedTables ? statedTables.second : statedTables;
    this.chosen ??= chooseTables(this.index.memory, hints, () => this.detect(hints));
    return this.chosen;
  }

  /** A guest's own tables and those under them, as the comment line says; `undefined`: it says nothing of the kind. */
  get dimensions(): TwoDimensions | { readonly problem: string } | undefined {
    const { statedTables } = this;
    if (!statedTables) return undefined;
    return 'second' in statedTables || 'problem' in statedTables ? statedTables : undefined;
  }

  /** Both dimensions where the question names the second: `hints` are of the guest's own tables. */
  dimensionsFor(
    hints: Pick<TableHints, 'root' | 'format' | 'levels'>,
    second: SecondHints,
  ): TwoDimensions | { readonly problem: string } {
    const { cpu } = this;
    const guest: TableHints = { ...kernelHints(this.hints), cpu, ...hints };
    return chooseDimensions(this.index.memory, guest, second, (host) => this.detect(host));
  }

  private get statedTables(): Stated {
    this.stated ??= { tables: this.readStated() };
    return this.stated.tables;
  }

  private readStated(): Stated {
    const { directive, cpu, hints } = this;
    const { registers, second, secondFormat, secondLevel } = directive;
    const { memory } = this.index;
    if (registers) {
      const values = {
        ...registers,
        ...(cpu.mair !== undefined && { mair: cpu.mair }),
        ...(cpu.regime !== undefined && { regime: cpu.regime }),
      };
      const { kernel } = hints;
      return tablesOrDimensions(memory, values, { cpu, ...(kernel !== undefined && { kernel }) });
    }
    if (second === undefined) return undefined;
    const host: SecondHints = {
      root: second,
      ...(secondFormat && { format: secondFormat }),
      ...(secondLevel !== undefined && { levels: secondLevel }),
    };
    return chooseDimensions(memory, hints, host, (asked) => this.detect(asked));
  }

  /** Other tables of the same file: another root, format or depth than the file's own. */
  tablesFor(hints: Pick<TableHints, 'root' | 'format' | 'levels'>): FileView['tables'] {
    const named: Ground = { basis: 'given', why: '' };
    const all: TableHints = {
      ...this.hints,
      ...hints,
      ...(hints.format && { formatGround: named }),
      ...(hints.root !== undefined && { rootGround: named }),
    };
    return chooseTables(this.index.memory, all, () => this.detect(all));
  }

  /** What the dumps suggest, among what fits the hints. */
  private detect(hints: TableHints): Detection {
    const { format, root, levels } = hints;
    const free = format === undefined && root === undefined && levels === undefined;
    return free ? this.detection : detectTables(this.index.memory, hints);
  }

  /** Bytes of an entry in this file's format: smaller units of a dump are put together to it. */
  get entryBytes(): 4 | 8 {
    return 'problem' in this.tables ? 8 : this.tables.compiled.entryBytes;
  }

  /** A word of the file's tables, with what is known about them. */
  tableQuestion(value: bigint, level: number | undefined, tables: TableChoice): EntryQuestion {
    const { hints, compiled, format, formatGround, era } = tables;
    const rule = level === undefined ? undefined : compiled.rules[level - 1];
    const malformed = rule && hardwareKind(rule, lowHalf(value), highHalf(value)) === 'malformed';
    return {
      value,
      // Where a walk faults, the hover must say why: on the CPU that the walk assumes.
      cpu: malformed ? compiled.shape.cpu : this.cpu,
      statedCpu: this.cpu,
      format: format.name,
      formatGround,
      ...(level !== undefined && { level }),
      ...kernelOf(hints, era),
    };
  }

  /** A word of which only the file is known: read like its tables where it has some. */
  wordQuestion(value: bigint): EntryQuestion {
    const { tables, dimensions } = this;
    // Of two dimensions nobody can tell which one a word by itself is of: the guest's format was named.
    if (dimensions && 'first' in dimensions) {
      return this.tableQuestion(value, undefined, dimensions.first);
    }
    return 'problem' in tables
      ? this.loneQuestion(value)
      : this.tableQuestion(value, undefined, tables);
  }

  /**
   * A word of the file that stands in none of its dumps: of an event, or plain text.
   * @param fallback format to read it in where neither file nor settings tell
   */
  loneQuestion(value: bigint, level?: number, fallback?: EntryFormat['name']): EntryQuestion {
    const { hints } = this;
    const { trace } = this;
    const format = hints.format?.name ?? trace.format ?? fallback;
    const ground = hints.format ? hints.formatGround : (trace.formatGround ?? assumed(fallback));
    return {
      value,
      cpu: this.cpu,
      ...(format !== undefined && { format }),
      ...(format !== undefined && ground && { formatGround: ground }),
      ...(level !== undefined && { level }),
      ...kernelOf(hints, format === trace.format ? trace.era : undefined),
    };
  }
}

function kernelHints({ kernel, layout, kernelGround }: TableHints): Omit<TableHints, 'cpu'> {
  return {
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
    ...(kernelGround && { kernelGround }),
  };
}

function assumed(format: EntryFormat['name'] | undefined): Ground | undefined {
  return format && { basis: 'assumed', why: `format ${format} assumed: the event may be of it` };
}

function kernelOf(
  hints: TableHints,
  era: TraceReading['era'],
): Pick<EntryQuestion, 'kernel' | 'layout' | 'kernelGround' | 'candidates'> {
  const { kernel, layout, kernelGround } = hints;
  if (kernel !== undefined || layout !== undefined) {
    return {
      ...(kernel !== undefined && { kernel }),
      ...(layout !== undefined && { layout }),
      ...(kernelGround && { kernelGround }),
    };
  }
  if (!era) return {};
  return { layout: era.layout, kernelGround: era.ground, candidates: era.candidates };
}
