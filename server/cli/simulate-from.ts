import { scenarioFromMemory, scenarioText } from '../../src-core/index';
import { DumpDocument } from '../documents';
import { FileView } from '../file-view';
import { scenarioOfFile } from '../scenario/scenario-of-file';
import { tablesToSimulate } from '../scenario/tables-to-simulate';
import type { FileSettings } from '../settings-schema';
import { type CliIo, inputProblem, type parseCommandLine, usageProblem } from './command';
import { type EntryContext, entryContext } from './entry-options';
import { addressBase } from './source-options';
import { readSources, type SourceMemory } from './sources';
import type { tableOptions } from './table-options';
import { ownTables, walkSetup } from './walk-setup';

type Values = ReturnType<typeof parseCommandLine<typeof tableOptions>>['values'] & {
  readonly 'at-line'?: string | undefined;
};

/**
 * `pagewalk simulate --from`: a scenario that begins with the tables of dumps and images, or with
 * KVM's as a trace tells them.
 * @throws CliProblem where there are none that can be simulated
 */
export async function printScenarioFrom(
  names: readonly string[],
  values: Values,
  io: CliIo,
): Promise<void> {
  if (names.length === 0) throw usageProblem('no SOURCE is given: a dump, an image or a trace');
  const line = lineOption(values['at-line']);
  const context = entryContext(values);
  const source = await readSources(names, io, 'hpa', addressBase(values));
  for (const note of source.notes) io.complain(`pagewalk simulate: ${note}`);
  const ofTrace = line !== null || (source.memory.frameCount === 0 && source.texts.length > 0);
  const made = ofTrace
    ? scenarioOfFile(traceView(source, names[0]!, context), line)
    : scenarioOfTables(source, values, context, names.map(baseName).join(', '));
  if ('problem' in made) throw inputProblem(`${names[0]!}: ${made.problem}`);
  await io.write(made.text);
}

function scenarioOfTables(
  source: SourceMemory,
  values: Values,
  context: EntryContext,
  name: string,
): { text: string } | { problem: string } {
  const { tables } = ownTables(walkSetup(source, values, context));
  const read = tablesToSimulate(tables);
  if ('problem' in read) return read;
  const roots = [{ pa: Number(tables.root), asId: 0 }];
  const made = scenarioFromMemory({ ...read, roots, source: name });
  return 'problem' in made ? made : { text: scenarioText(made.json) };
}

/** A trace as the server sees it, with what the command line says in place of settings. */
function traceView({ texts }: SourceMemory, name: string, context: EntryContext): FileView {
  const document = new DumpDocument(
    `file:///${encodeURIComponent(baseName(name))}`,
    'pagewalk-trace',
    1,
    '',
  );
  document.index = texts[0]!;
  const { format, ...rest } = context;
  const settings: FileSettings = { ...rest, ...(format && { format: format.name }), problems: [] };
  return new FileView(document, settings);
}

/** A file's name without its folders. */
function baseName(file: string): string {
  return file.split(/[\\/]/).at(-1)!;
}

/** A line as people count, from 1. */
function lineOption(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw usageProblem('--at-line counts lines from 1');
  return Number(text) - 1;
}
