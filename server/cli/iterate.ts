import { createHash } from 'node:crypto';

import {
  describeJsonProblem,
  readTdpIterCase,
  runTdpIterCase,
  type TdpIterCase,
  tdpIterLine,
  type TdpIterRow,
  tdpIterRow,
} from '../../src-core/index';
import { type CliIo, type Command, inputProblem, parseCommandLine, usageProblem } from './command';
import type { Json } from './entry-json';
import { readJsonFile } from './json-file';

/** Walks with more steps than this print their first and last ones only. */
const stepsPrintedWhole = 3000;
const stepsAtEnds = 40;

/** `pagewalk iterate`: a recorded case of the TDP iterator, walked again. */
export const iterateCommand: Command = {
  name: 'iterate',
  usage: '--case FILE [--json]',
  summary: "walks a case of KVM's TDP iterator, state for state",
  help: `
FILE holds tables, a range and the changes made on the way, as JSON. Prints every state that the
loop's body sees: level, GFN, table, index, entry. --json prints the answer as one object.`,
  async run(args, io) {
    const { values, positionals } = parseCommandLine(args, {
      case: { type: 'string' },
      json: { type: 'boolean' },
    });
    if (values.case === undefined || positionals.length > 0) {
      throw usageProblem('one case is expected: --case FILE');
    }
    const read = readTdpIterCase(await readJsonFile(values.case));
    if ('problems' in read) {
      throw inputProblem(`${values.case}: ${describeJsonProblem(read.problems[0]!)}`);
    }
    if (values.json === true) await io.write(`${JSON.stringify(answer(read, values.case))}\n`);
    else await printSteps(read, values.case, io);
    return 0;
  },
};

function answer(given: TdpIterCase, file: string): Json {
  const hash = createHash('sha256');
  const head: TdpIterRow[] = [];
  const tail: TdpIterRow[] = [];
  const run = runTdpIterCase(given, (step) => {
    hash.update(tdpIterLine(step));
    const row = tdpIterRow(step);
    if (head.length < stepsPrintedWhole) head.push(row);
    tail.push(row);
    if (tail.length > 2 * stepsAtEnds) tail.splice(0, stepsAtEnds);
  });
  refuseUnfinished(run, file);
  const whole = run.stepsCount <= stepsPrintedWhole;
  return {
    steps: whole ? head : null,
    steps_count: run.stepsCount,
    steps_sha256: hash.digest('hex'),
    steps_head: whole ? null : head.slice(0, stepsAtEnds),
    steps_tail: whole ? null : tail.slice(-stepsAtEnds),
    valid_at_end: run.validAtEnd,
    mutations: run.mutations.map(({ yielded, stateAfterRestart }) => ({
      yielded,
      state_after_restart: stateAfterRestart && tdpIterRow(stateAfterRestart),
    })),
    kernel_warnings: run.kernelWarnings,
  };
}

async function printSteps(given: TdpIterCase, file: string, io: CliIo): Promise<void> {
  let lines: string[] = [];
  const texts: string[] = [];
  const run = runTdpIterCase(given, (step) => {
    lines.push(tdpIterLine(step));
    if (lines.length === stepsPrintedWhole) {
      texts.push(lines.join(''));
      lines = [];
    }
  });
  refuseUnfinished(run, file);
  for (const text of [...texts, lines.join('')]) await io.write(text);
  const end = run.validAtEnd ? 'reached the end of the range' : 'ran off the root table';
  await io.write(`${run.stepsCount} steps, ${end}\n`);
}

function refuseUnfinished(run: { missing: number | null; cut: boolean }, file: string): void {
  if (run.missing !== null) {
    const table = `0x${run.missing.toString(16)}`;
    throw inputProblem(`${file}: the walk goes to table ${table}, which is not among the pages`);
  }
  if (run.cut) throw inputProblem(`${file}: the walk does not end: tables point at each other`);
}
