/**
 * Runs Mocha on TypeScript tests: esbuild bundles each test file first (fast, and a type error
 * elsewhere does not stand in the way; `npm run check-types` is for those).
 *
 *   node test/run-mocha.mjs test/unit                 a folder
 *   node test/run-mocha.mjs test/unit/word.test.ts    a file
 *
 * Options after `--` go to Mocha. Exit status: Mocha's.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const top = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(top);

function testFiles(place) {
  if (statSync(place).isFile()) return [place];
  return readdirSync(place, { recursive: true })
    .map((name) => path.join(place, name))
    .filter((name) => name.endsWith('.test.ts'));
}

const split = process.argv.indexOf('--');
const places = process.argv.slice(2, split < 0 ? undefined : split);
const mochaOptions = split < 0 ? [] : process.argv.slice(split + 1);
const entryPoints = (places.length > 0 ? places : ['test/unit']).flatMap(testFiles).sort();

const outdir = path.join('out', 'mocha', String(process.pid));
rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
await esbuild.build({
  entryPoints,
  outdir,
  outbase: 'test',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'inline',
  packages: 'external',
  logLevel: 'warning',
});
const mocha = path.join('node_modules', 'mocha', 'bin', 'mocha.js');
/** A window that opens on a busy machine takes its time. */
const opensWindows = entryPoints.some((file) => /^test\W(workbench|package)\W/.test(file));
const defaults = [
  '--timeout',
  opensWindows ? '120000' : '20000',
  '--reporter',
  path.resolve('test', 'counting-reporter.cjs'),
];
const given = (option) => mochaOptions.includes(option);
for (let i = 0; i < defaults.length; i += 2)
  if (!given(defaults[i])) mochaOptions.push(defaults[i], defaults[i + 1]);
const run = spawnSync(
  process.execPath,
  ['--enable-source-maps', mocha, '--recursive', `${outdir}/**/*.js`, ...mochaOptions],
  { stdio: 'inherit' },
);
rmSync(outdir, { recursive: true, force: true });
process.exitCode = run.status ?? 1;
