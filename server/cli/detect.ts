import { type Detection, detectTables, formatWord } from '../../src-core/index';
import { counted } from '../render/quantities';
import { type Command, parseCommandLine, usageProblem } from './command';
import type { Json } from './entry-json';
import { entryContext, entryOptions, entryOptionsHelp } from './entry-options';
import { addressBase, sourceOptions, sourceOptionsHelp } from './source-options';
import { readSources, type SourceMemory } from './sources';

/** `pagewalk detect`: roots, formats and levels that the sources suggest, with the evidence. */
export const detectCommand: Command = {
  name: 'detect',
  usage: 'SOURCE… [options]',
  summary: 'which page tables, formats, dumps and events are in a file',
  help: `
SOURCE  texts, raw images or JSON indices, as for walk; - is standard input
${sourceOptionsHelp}
${entryOptionsHelp}
`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, { ...entryOptions, ...sourceOptions });
    if (positionals.length === 0) throw usageProblem('no SOURCE is given');
    const { cpu } = entryContext(values);
    const source = await readSources(positionals, io, 'gpa', addressBase(values));
    for (const note of source.notes) io.complain(`pagewalk detect: ${note}`);
    const detection = detectTables(source.memory, { cpu });
    await io.write(
      values.json
        ? `${JSON.stringify(detectionJson(source, detection))}\n`
        : detectionText(source, detection),
    );
    return 0;
  },
};

function detectionJson(source: SourceMemory, { roots }: Detection): Json {
  return {
    roots: roots.map(({ address, format, levels, score, evidence }) => ({
      address: formatWord(address),
      format,
      levels,
      score,
      evidence: [...evidence],
    })),
    events: Object.fromEntries(eventsOf(source)),
    frames: source.memory.frameCount,
    words: source.memory.wordCount(),
    dialects: dialectsOf(source),
  };
}

function detectionText(source: SourceMemory, { roots }: Detection): string {
  const { frameCount } = source.memory;
  const dialects = dialectsOf(source);
  const events = [...eventsOf(source)].map(([name, count]) => `${name} ${count}`);
  const lines = [
    `${counted(frameCount, 'page')}, ${counted(source.memory.wordCount(), 'word')}` +
      (dialects.length === 0 ? '' : `; dumps: ${dialects.join(', ')}`),
    ...(events.length === 0 ? [] : [`events: ${events.join(', ')}`]),
    ...(roots.length === 0 ? ['no page-table root found'] : []),
    ...roots.flatMap(({ address, format, levels, score, evidence }) => [
      `root ${formatWord(address)}  ${format}, ${levels} levels  score ${score.toFixed(2)}`,
      ...evidence.map((sentence) => `  ${sentence}`),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Dialects of all texts, the commonest first. */
function dialectsOf({ texts }: SourceMemory): string[] {
  return [...summed(texts.map((text) => text.dialects()))]
    .sort(([, one], [, other]) => other - one)
    .map(([name]) => name);
}

function eventsOf({ texts }: SourceMemory): Map<string, number> {
  return summed(texts.map((text) => text.eventCounts()));
}

function summed(maps: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const map of maps) {
    for (const [name, count] of map) all.set(name, (all.get(name) ?? 0) + count);
  }
  return all;
}
