import {
  describeJsonProblem,
  readRfcCases,
  readScenario,
  rfcOutcomeJson,
  runRfcCase,
  simEventJson,
  simulate,
  type World,
} from '../../src-core/index';
import { type CliIo, type Command, inputProblem, parseCommandLine, usageProblem } from './command';
import { readJsonFile } from './json-file';
import { printScenarioFrom } from './simulate-from';
import { tableOptions } from './table-options';

/** Events are written in parts of so many, so that a long run does not wait for its end. */
const eventsPerPart = 1000;

/** `pagewalk simulate`: a scenario run to its end, or changed entries of the 2019 RFC. */
export const simulateCommand: Command = {
  name: 'simulate',
  usage: 'SCENARIO | --from SOURCE… | --rfc-changed-pte FILE [--json]',
  summary: "runs a scenario on KVM's TDP MMU and tells what happened",
  help: `
SCENARIO is a *.pagewalk.json file: a machine, its memory slots, and what happens to it. Prints every
event and the counters at the end; nothing runs when the file names something that cannot be.
--from SOURCE… writes a scenario that begins with the tables of dumps and images (options as for
walk), or with KVM's as a trace tells them, at its end or just after --at-line N. Memory slots are
guessed from what the tables map; tables that nobody showed stay unknown.
--rfc-changed-pte FILE answers changed entries as the 2019 RFC kept its books, one line a case.`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, {
      ...tableOptions,
      'rfc-changed-pte': { type: 'string' },
      from: { type: 'boolean' },
      'at-line': { type: 'string' },
    });
    if (values.from === true) {
      await printScenarioFrom(positionals, values, io);
      return 0;
    }
    const rfcFile = values['rfc-changed-pte'];
    if (positionals.length + (rfcFile === undefined ? 0 : 1) !== 1) {
      throw usageProblem('one scenario is expected, or --rfc-changed-pte FILE');
    }
    if (rfcFile === undefined) await runScenario(positionals[0]!, values.json === true, io);
    else await answerRfc(rfcFile, io);
    return 0;
  },
};

async function answerRfc(file: string, io: CliIo): Promise<void> {
  const cases = readRfcCases(await readJsonFile(file));
  if ('problems' in cases) throw refused(file, cases.problems);
  for (const [number, given] of cases.entries()) {
    const outcome = runRfcCase(given);
    if (outcome.missing !== null) {
      const table = `0x${outcome.missing.toString(16)}`;
      throw inputProblem(`${file}: /cases/${number}: table ${table} is not among the pages`);
    }
    await io.write(`${JSON.stringify(rfcOutcomeJson(outcome))}\n`);
  }
}

async function runScenario(file: string, json: boolean, io: CliIo): Promise<void> {
  const scenario = readScenario(await readJsonFile(file));
  if ('problems' in scenario) throw refused(file, scenario.problems);
  const result = simulate(scenario);
  if ('problem' in result) throw inputProblem(`${file}: ${result.problem}`);
  const { counters, more } = result.report;
  if (json) {
    await io.write('{"events":[');
    await writeEvents(result.machine, io, ',', JSON.stringify);
    const rest = { counters, ...more, stop: result.stop };
    await io.write(`],${JSON.stringify(rest).slice(1)}\n`);
    return;
  }
  await writeEvents(result.machine, io, '\n', eventLine);
  const list = Object.entries(counters).map(([name, value]) => `${name} ${value}`);
  await io.write(`\n${list.join(', ')}\n`);
  if (result.stop) await io.write(`stopped: ${result.stop.text}\n`);
}

async function writeEvents(
  machine: World,
  io: CliIo,
  between: string,
  write: (event: ReturnType<typeof simEventJson>) => string,
): Promise<void> {
  let part: string[] = [];
  for (const event of machine.events.from()) {
    part.push(write(simEventJson(event)));
    if (part.length < eventsPerPart && event.number < machine.events.length) continue;
    const more = event.number < machine.events.length ? between : '';
    await io.write(part.join(between) + more);
    part = [];
  }
}

/** What applies, in one line. */
function eventLine(event: ReturnType<typeof simEventJson>): string {
  const entry = event.table === null ? null : `${event.table}[${event.index ?? ''}]`;
  const change = event.new === null ? event.old : `${event.old ?? '?'} → ${event.new}`;
  const where = event.gfn === null ? null : `gfn ${event.gfn}`;
  const level = event.level === null ? null : `level ${event.level}`;
  const parts = [event.kind, entry, change, level, where, event.why, event.text];
  return `${event.number}: ${parts.filter((part) => part !== null).join('  ')}`;
}

function refused(file: string, problems: Parameters<typeof describeJsonProblem>[0][]) {
  const [first, ...others] = problems.map(describeJsonProblem);
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return inputProblem(`${file}: ${first!}${more}`);
}
