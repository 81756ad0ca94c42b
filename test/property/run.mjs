/**
 * Any value in any format, layout, level and CPU decodes, with every bit in exactly one field, and
 * composes to itself again: as many cases as one has time for.
 *
 *   npm run test:property                            a million
 *   npm run test:property -- --cases 10000000 --processes 2
 *   npm run test:property -- --seed 7 --case 123     one again that failed
 *
 * Case n of a seed is always the same. Exit status 1: a case failed; its seed and number are shown.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import esbuild from 'esbuild';

process.chdir(path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url)))));
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    processes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    case: { type: 'string' },
  },
});

const program = path.join('out', 'property', `entries-${process.pid}.cjs`);
await esbuild.build({
  entryPoints: ['test/property/entries.ts'],
  outfile: program,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'inline',
  logLevel: 'warning',
});

function run(from, to) {
  const options = ['--seed', values.seed, '--from', String(from), '--to', String(to)];
  const child = spawn(process.execPath, ['--enable-source-maps', program, ...options], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.on('close', (status) => resolve(status === 0)));
}

const first = values.case === undefined ? 0 : Number(values.case);
const count = values.case === undefined ? Number(values.cases) : 1;
const parts = Math.min(Number(values.processes), count);
const bound = (part) => first + Math.floor((count * part) / parts);
const begun = Date.now();
const all = await Promise.all(
  Array.from({ length: parts }, (_, part) => run(bound(part), bound(part + 1))),
);
const seconds = (Date.now() - begun) / 1000;
const passed = all.every((ok) => ok);
console.log(
  `${count} cases, seed ${values.seed}: ${passed ? 'all hold' : 'some FAILED'}; ${seconds.toFixed(0)} s, ${Math.round(count / seconds)} cases/s`,
);
process.exitCode = passed ? 0 : 1;
