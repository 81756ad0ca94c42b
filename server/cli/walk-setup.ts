import {
  type CpuConfig,
  type Detection,
  detectTables,
  type Dimension,
  type EntryFormat,
  findEntryFormat,
  hardwareFormat,
  parseCpuConfig,
  parseWord,
  stage1Walk,
  stage2Walk,
} from '../../src-core/index';
import { chooseTables, TableChoice, type TableHints } from '../table-choice';
import { inputProblem, usageProblem, wholeNumber } from './command';
import { type EntryContext, formatNamed } from './entry-options';
import type { SourceMemory } from './sources';

/** What is walked: one dimension, or a guest's and the one under it. */
export interface WalkSetup {
  readonly format: EntryFormat;
  readonly first: Dimension;
  readonly second?: Dimension;
  readonly secondFormat?: EntryFormat;
  /** What was given or detected, and why. */
  readonly tables: TableChoice;
}

/** Options that say where the tables are, as the command line has them. */
export interface SetupOptions {
  readonly root?: string | undefined;
  readonly levels?: string | undefined;
  readonly second?: string | undefined;
  readonly 'second-format'?: string | undefined;
  readonly 'second-levels'?: string | undefined;
  readonly granule?: string | undefined;
  readonly 'ia-bits'?: string | undefined;
  readonly ttbr?: string | undefined;
  readonly tcr?: string | undefined;
  readonly mair?: string | undefined;
  readonly regime?: string | undefined;
  readonly half?: string | undefined;
  readonly vttbr?: string | undefined;
  readonly vtcr?: string | undefined;
  readonly hcr?: string | undefined;
}

/** Finds the tables to walk. @throws CliProblem where they cannot be told. */
export function walkSetup(
  source: SourceMemory,
  options: SetupOptions,
  context: EntryContext,
): WalkSetup {
  const stage1 = registerTables(source, context, 'ttbr', options);
  const stage2 = registerTables(source, context, 'vttbr', options);
  if (stage1 ?? stage2) return twoDimensions((stage1 ?? stage2)!, stage1 && stage2);
  const hints = hintsOf(source, options, context);
  if (options.second === undefined) {
    return twoDimensions(chosen(source, hints, () => detectTables(source.memory, hints)));
  }
  if (hints.root === undefined) {
    throw usageProblem("--second needs the guest's own root: --root");
  }
  const named = options['second-format'];
  const secondFormat = named === undefined ? undefined : formatNamed(named);
  const second: TableHints = {
    cpu: hints.cpu,
    ...optional('format', secondFormat),
    root: wordOption('second', options.second)!,
    ...optional('levels', wholeNumber('second-levels', options['second-levels'])),
    ...optional('kernel', hints.kernel),
    ...optional('layout', hints.layout),
  };
  // The guest's root is no address of this memory: nothing to detect there.
  const guest = { ...hints, format: hints.format ?? findEntryFormat('guest64')! };
  return twoDimensions(
    chosen(source, guest, () => ({ roots: [] })),
    chosen(source, second, () => detectTables(source.memory, second)),
  );
}

function twoDimensions(first: TableChoice, second?: TableChoice): WalkSetup {
  return {
    format: first.format,
    tables: first,
    first: dimensionOf(first),
    ...(second && { second: dimensionOf(second), secondFormat: second.format }),
  };
}

function dimensionOf(tables: TableChoice): Dimension {
  const { compiled, root, mmio } = tables;
  return { compiled, root, ...(mmio && { options: { mmio } }) };
}

function chosen(source: SourceMemory, hints: TableHints, detect: () => Detection): TableChoice {
  const tables = chooseTables(source.memory, hints, detect);
  if ('problem' in tables) throw inputProblem(tables.problem);
  return tables;
}

/** What options and comment lines say; an option goes before a comment line. */
function hintsOf(
  { directive, addresses }: SourceMemory,
  options: SetupOptions,
  context: EntryContext,
): TableHints {
  const cpu = { ...directive?.config, ...context.cpu, ...granuleOf(options) };
  const named = context.kernel !== undefined || context.layout !== undefined;
  const inputBits = wholeNumber('ia-bits', options['ia-bits']);
  const root = wordOption('root', options.root);
  return {
    cpu,
    ...optional('format', context.format ?? directive?.format),
    ...optional('root', root === undefined ? directive?.root : (addresses?.physical(root) ?? root)),
    ...optional('levels', wholeNumber('levels', options.levels) ?? directive?.level),
    ...optional('kernel', named ? context.kernel : directive?.kernel),
    ...optional('layout', named ? context.layout : directive?.layout),
    ...optional('inputBits', inputBits),
  };
}

/** The tables that arm64's registers set up; `undefined`: their options are not given. */
function registerTables(
  { memory }: SourceMemory,
  { cpu, kernel }: EntryContext,
  which: 'ttbr' | 'vttbr',
  options: SetupOptions,
): TableChoice | undefined {
  const control = which === 'ttbr' ? 'tcr' : 'vtcr';
  const base = wordOption(which, options[which]);
  const setup = wordOption(control, options[control]);
  if (base === undefined && setup === undefined) return undefined;
  if (base === undefined || setup === undefined) {
    throw usageProblem(`--${which} and --${control} go together`);
  }
  const mair = wordOption('mair', options.mair);
  const hcr = wordOption('hcr', options.hcr);
  const walk =
    which === 'ttbr'
      ? stage1Walk({
          ttbr: base,
          tcr: setup,
          ...optional('mair', mair),
          ...optional('regime', options.regime),
          half: options.half === 'high' ? 'high' : 'low',
        })
      : stage2Walk({ vttbr: base, vtcr: setup, ...optional('hcr', hcr) });
  if ('problem' in walk) throw inputProblem(walk.problem);
  const format = findEntryFormat(walk.format)!;
  const shape = { ...walk.shape, cpu: { ...walk.shape.cpu, ...cpu } };
  const compiled = hardwareFormat(format.hardware).compile(shape);
  const ground = { basis: 'given', why: `${format.title} from ${which.toUpperCase()}` } as const;
  const hints = { cpu: shape.cpu, ...optional('kernel', kernel) };
  return new TableChoice(memory, format, compiled, walk.root, hints, ground, ground);
}

function granuleOf({ granule }: SetupOptions): CpuConfig {
  if (granule === undefined) return {};
  const { config, problems } = parseCpuConfig({ granule });
  if (problems.length > 0) throw usageProblem(`--granule ${granule}: 4K, 16K or 64K`);
  return config;
}

function wordOption(name: string, text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  const word = parseWord(text);
  if (word === undefined) throw usageProblem(`--${name} ${text} is no 64-bit hexadecimal value`);
  return word;
}

/** A property that is left out where there is no value. */
function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value };
}
