/**
 * Measures the core beside a small C program that does the same: `npm run bench`.
 *
 *   npm run bench -- --rounds 15        medians of so many interleaved runs
 *   npm run bench -- --only translations
 *
 * Inputs are made once, in out/bench. Every run is a process of its own; its start is not counted,
 * reading the file is. Exit status 1 when the two programs find different things.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

process.chdir(path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url)))));
await esbuild.build({
  entryPoints: {
    bench: 'test/bench/bench.ts',
    cli: 'server/cli/main.ts',
    simulator: 'test/bench/simulator.ts',
  },
  outdir: 'out/bench',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // As esbuild.mjs does.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  logLevel: 'warning',
});
const options = process.argv.slice(2);
/** The simulator has no baseline: it is measured by itself, once. */
const programs = options.includes('--only') ? ['bench'] : ['bench', 'simulator'];
for (const program of programs) {
  const { status } = spawnSync(process.execPath, [`out/bench/${program}.cjs`, ...options], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = status ?? 1;
}
