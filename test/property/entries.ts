import { parseArgs } from 'node:util';
import { formatWord } from '../../src-core/word';
import { type EntryCase, entryCases } from './entry-case';
import { entryProblem } from './entry-property';

/** More failures than these are counted, not shown. */
const shownFailures = 20;
const secondsBetweenReports = 60;

const { values } = parseArgs({
  options: { seed: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } },
});
const [seed, from, to] = [Number(values.seed), Number(values.from), Number(values.to)];

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function described({ place, value }: EntryCase): string {
  const asText = (_: string, item: unknown) => (typeof item === 'bigint' ? formatWord(item) : item);
  return JSON.stringify({ value, ...place }, asText);
}

let failures = 0;
let number = from;
let reported = performance.now();
for (const one of entryCases(seed, from, to)) {
  const problem = entryProblem(one);
  if (problem !== null && ++failures <= shownFailures) {
    say(`FAILED --seed ${seed} --case ${number}: ${described(one)}: ${problem}`);
  }
  number++;
  if (number % 1024 === 0 && performance.now() - reported > secondsBetweenReports * 1000) {
    reported = performance.now();
    say(`up to case ${number}: ${number - from} done, ${failures} failed`);
  }
}
if (failures > shownFailures) say(`… and ${failures - shownFailures} more`);
process.exitCode = failures > 0 ? 1 : 0;
