import {
  type CpuConfig,
  type Detection,
  detectTables,
  type Dimension,
  type EntryFormat,
  directiveRegisters,
  parseCpuConfig,
  parseWord,
  type RegisterValues,
} from '../../src-core/index';
import { stageRegisters } from '../register-tables';
import { chooseTables, type TableChoice, type TableHints } from '../table-choice';
import {
  chooseDimensions,
  dimensionOf,
  type SecondHints,
  tablesOrDimensions,
  type TwoDimensions,
} from '../two-dimensions';
import { inputProblem, usageProblem, wholeNumber } from './command';
import { type EntryContext, formatNamed } from './entry-options';
import type { SourceMemory } from './sources';

/** What is walked: one dimension, or a guest's and the one under it. */
export interface WalkSetup {
  readonly format: EntryFormat;
  readonly first: Dimension;
  readonly second?: Dimension;
  readonly secondTables?: TableChoice;
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
  const registers = registerTables(source, context, options);
  if (registers) return setupOf(registers);
  const hints = hintsOf(source, options, context);
  const second = secondHints(source, options);
  if (!second) return setupOf(chosen(source, hints, () => detectTables(source.memory, hints)));
  if (hints.root === undefined) {
    throw usageProblem("--second needs the guest's own root: --root");
  }
  const both = chooseDimensions(source.memory, hints, second, (host) =>
    detectTables(source.memory, host),
  );
  if ('problem' in both) throw inputProblem(both.problem);
  return setupOf(both);
}

/**
 * The tables whose addresses are those of the memory: of two dimensions the second. What looks through
 * whole tables asks for these.
 */
export function ownTables(setup: WalkSetup): WalkSetup {
  return setup.secondTables ? setupOf(setup.secondTables) : setup;
}

function setupOf(tables: TableChoice | TwoDimensions): WalkSetup {
  if (!('second' in tables)) {
    return { format: tables.format, tables, first: dimensionOf(tables) };
  }
  const { first, second } = tables;
  return {
    format: first.format,
    tables: first,
    first: dimensionOf(first),
    second: dimensionOf(second),
    secondTables: second,
  };
}

/** The tables under a guest's own, from options or else the comment line; `undefined`: there are none. */
function secondHints({ directive }: SourceMemory, options: SetupOptions): SecondHints | undefined {
  const root = wordOption('second', options.second) ?? directive?.second;
  if (root === undefined) return undefined;
  const named = options['second-format'];
  const format = named === undefined ? directive?.secondFormat : formatNamed(named);
  const levels = wholeNumber('second-levels', options['second-levels']) ?? directive?.secondLevel;
  return { root, ...optional('format', format), ...optional('levels', levels) };
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

/** The tables that arm64's registers set up; `undefined`: they are not named, or a root is. */
function registerTables(
  { memory, directive }: SourceMemory,
  { cpu, kernel }: EntryContext,
  options: SetupOptions,
): TableChoice | TwoDimensions | undefined {
  const given = registerOptions(options);
  for (const { base, control } of Object.values(stageRegisters)) {
    if ((given[base] === undefined) !== (given[control] === undefined)) {
      throw usageProblem(`--${base} and --${control} go together`);
    }
  }
  const named = options.root !== undefined || options.second !== undefined;
  const mair = wordOption('mair', options.mair) ?? directive?.config.mair;
  const values = {
    ...(named ? {} : directive?.registers),
    ...given,
    ...optional('regime', options.regime ?? directive?.config.regime),
    ...optional('mair', mair),
    half: options.half === 'high' ? ('high' as const) : ('low' as const),
  };
  const tables = tablesOrDimensions(memory, values, {
    cpu: { ...directive?.config, ...cpu },
    ...optional('kernel', kernel ?? directive?.kernel),
  });
  if (tables && 'problem' in tables) throw inputProblem(tables.problem);
  return tables;
}

function registerOptions(options: SetupOptions): RegisterValues {
  return Object.fromEntries(
    directiveRegisters.flatMap((name) => {
      const word = wordOption(name, options[name]);
      return word === undefined ? [] : [[name, word]];
    }),
  );
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
