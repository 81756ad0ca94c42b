import { type Enumeration, mapRanges, MapWalk, type RangeMerge } from '../../src-core/index';
import {
  type CliIo,
  type Command,
  type ExitStatus,
  parseCommandLine,
  usageProblem,
} from './command';
import { entryContext, entryOptionsHelp } from './entry-options';
import { mapFilter, mapFilterHelp } from './map-filter';
import { type MapForm, mapForms, type MapSummary } from './map-lines';
import { addressBase } from './source-options';
import { readSources } from './sources';
import { tableOptions } from './table-options';
import { ownTables, type WalkSetup, walkSetup } from './walk-setup';

/** Tables told between two looks at the output. */
const tablesAtOnce = 512;

/** Options that say which ranges are written, and how. */
export const mapOutputOptions = {
  filter: { type: 'string' },
  merge: { type: 'string' },
  unmerged: { type: 'boolean' },
  'ignore-reserved': { type: 'boolean' },
  'format-out': { type: 'string' },
} as const;

const mapOptions = { ...tableOptions, ...mapOutputOptions } as const;

/** `pagewalk map`: everything a root maps, as ranges. */
export const mapCommand: Command = {
  name: 'map',
  usage: 'SOURCE… [options]',
  summary: 'everything a root maps, merged into ranges',
  help: `
SOURCE               as for walk
--root PA --levels N, --granule, --ttbr --tcr, --vttbr --vtcr, --base, --virtual: as for walk
--filter A,B         only ranges for which all of these hold; ! before one turns it round:
${mapFilterHelp}
--merge contiguous   neighbours with equal rights whose pages are neighbours too (the default)
--merge rights       neighbours with equal rights, wherever their pages are
--unmerged           a line each leaf
--ignore-reserved    take entries with reserved bits for what they would be without, as QEMU does
--format-out NAME    ${Object.keys(mapForms).join(', ')}; --json: the same as --format-out json
${entryOptionsHelp}

A range goes up to its end, the end left out. Tables that the source does not hold are ranges of
kind "missing". The last line has the sums.`,
  run: runMap,
};

export async function runMap(args: readonly string[], io: CliIo): Promise<ExitStatus> {
  const { values, positionals } = parseCommandLine(args, mapOptions);
  if (positionals.length === 0) throw usageProblem('no SOURCE is given');
  const write = mapWriter(values);
  const source = await readSources(positionals, io, 'gpa', addressBase(values));
  for (const note of source.notes) io.complain(`pagewalk map: ${note}`);
  return write(ownTables(walkSetup(source, values, entryContext(values))), io);
}

interface MapOutput {
  readonly json?: boolean | undefined;
  readonly filter?: string | undefined;
  readonly merge?: string | undefined;
  readonly unmerged?: boolean | undefined;
  readonly 'ignore-reserved'?: boolean | undefined;
  readonly 'format-out'?: string | undefined;
}

/**
 * What writes the map of some tables as these options want it.
 * @throws CliProblem (2) for options that make no sense, before anything is read
 */
export function mapWriter(values: MapOutput): (setup: WalkSetup, io: CliIo) => Promise<ExitStatus> {
  const form = formNamed(values.json === true ? 'json' : (values['format-out'] ?? 'text'));
  const keeps = mapFilter(values.filter);
  const merge = mergeNamed(values.unmerged === true ? 'none' : (values.merge ?? 'contiguous'));
  return async ({ tables, first }, io) => {
    let lines = form.head;
    const walk = new MapWalk(tables.memory, first.compiled, first.root, {
      ...first.options,
      merge,
      ignoreReserved: values['ignore-reserved'] === true,
      onRanges: (batch, classes) => {
        for (const range of mapRanges(batch, classes, first.compiled)) {
          if (keeps(range)) lines += form.range(range);
        }
      },
    });
    for (let more = true; more;) {
      more = walk.advance(tablesAtOnce);
      if (lines !== '') await io.write(lines);
      lines = '';
      if (more) io.progress(`${walk.result().tables} tables`);
    }
    await io.write(form.summary(summaryOf(walk.result())));
    return 0;
  };
}

function formNamed(name: string): MapForm {
  const form = Object.hasOwn(mapForms, name) ? mapForms[name] : undefined;
  if (!form) throw usageProblem(`--format-out ${name}: ${Object.keys(mapForms).join(', ')}`);
  return form;
}

function mergeNamed(name: string): RangeMerge {
  if (name === 'rights' || name === 'contiguous' || name === 'none') return name;
  throw usageProblem(`--merge ${name}: contiguous or rights`);
}

function summaryOf(map: Enumeration): MapSummary {
  const { ranges, tables, bytes, mmio, reserved, missingCount, incomplete } = map;
  const leaves = map.leaves.reduce((sum, count) => sum + count, 0);
  return { leaves, ranges, tables, bytes, mmio, reserved, missingTables: missingCount, incomplete };
}
