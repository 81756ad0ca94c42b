/**
 * How long the language server takes with a dump of 45 MB and a trace of a million events, request
 * to answer: `npm run bench:editor`, `npm run bench:editor -- dump`. Build it first: `npm run compile`.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

process.chdir(path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url)))));
await esbuild.build({
  entryPoints: ['test/bench/large-files.ts'],
  outfile: 'out/bench/large-files.cjs',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
});
const { status } = spawnSync(
  process.execPath,
  ['out/bench/large-files.cjs', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
