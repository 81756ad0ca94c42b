/**
 * `npm test`: everything, on a fresh clone too. Prints each stage as it runs, then how long each
 * took, and as its last line `N passed, M failed`. A stage that breaks without a test to blame
 * counts as one failure, and so does a stage that could not run because of it. Exit status 1 unless
 * M is 0.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './host/ensure-dependencies.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const mocha = 'test/run-mocha.mjs';
// A window in a browser on a busy machine may miss a beat: what fails is looked at once more.
const eyes = [mocha, 'test/workbench/eyes', '--', '--retries', '2'];

/** In order. `run`: a script and its arguments. `needs`: the stage without which it makes no sense. */
const stages = [
  { name: 'install', run: ensureDependencies },
  { name: 'types', run: ['node_modules/typescript/bin/tsc', '-b'], needs: 'install' },
  {
    name: 'lint',
    run: ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'],
    needs: 'install',
  },
  {
    name: 'format',
    run: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
    needs: 'install',
  },
  { name: 'compile', run: ['esbuild.mjs'], needs: 'install' },
  { name: 'unit', run: [mocha, 'test/unit'], needs: 'install' },
  { name: 'server', run: [mocha, 'test/server'], needs: 'compile' },
  { name: 'extension host', run: ['test/workbench/run-suite.mjs'], needs: 'compile' },
  { name: 'eyes, oldest', run: eyes, env: { PAGEWALK_HOST: 'oldest' }, needs: 'compile' },
  { name: 'eyes, newest', run: eyes, env: { PAGEWALK_HOST: 'newest' }, needs: 'compile' },
  { name: 'package', run: [mocha, 'test/package'], needs: 'compile' },
];

/** Where the test runners of one stage note their counts: see test/counting-reporter.cjs. */
const report = path.resolve('out', `report-${process.pid}.jsonl`);

/** @returns {Promise<boolean>} whether the stage went through */
async function runStage({ run, env }) {
  if (typeof run === 'function') {
    try {
      await run();
      return true;
    } catch (error) {
      console.error(error.message);
      return false;
    }
  }
  const { status } = spawnSync(process.execPath, run, {
    stdio: 'inherit',
    env: { ...process.env, ...env, PAGEWALK_TEST_REPORT: report },
  });
  return status === 0;
}

function testCounts() {
  let passed = 0;
  let failed = 0;
  for (const line of readFileSync(report, 'utf8').split('\n').filter(Boolean)) {
    const counts = JSON.parse(line);
    passed += counts.passed;
    failed += counts.failed;
  }
  return { passed, failed };
}

/** One line about a stage for the end. */
function summary([name, { ok, skipped, seconds, passed, failed }]) {
  const tests = passed + failed > 0 ? `${passed} passed, ${failed} failed` : '';
  const state = skipped ? 'not run' : ok ? 'ok' : 'FAILED';
  return `${name.padEnd(16)} ${state.padEnd(8)} ${seconds.toFixed(1).padStart(7)} s  ${tests}`;
}

const results = new Map();
mkdirSync(path.dirname(report), { recursive: true });
for (const stage of stages) {
  const needed = results.get(stage.needs);
  if (needed && !needed.ok) {
    results.set(stage.name, { ok: false, skipped: true, seconds: 0, passed: 0, failed: 1 });
    continue;
  }
  console.log(`\n=== ${stage.name}`);
  writeFileSync(report, '');
  const start = Date.now();
  const ok = await runStage(stage);
  const { passed, failed } = testCounts();
  results.set(stage.name, {
    ok,
    seconds: (Date.now() - start) / 1000,
    passed,
    failed: ok ? failed : Math.max(failed, 1),
  });
}
rmSync(report, { force: true });

console.log(`\n${[...results].map(summary).join('\n')}\n`);
const total = (count) => [...results.values()].reduce((sum, result) => sum + result[count], 0);
const failed = total('failed');
console.log(`${total('passed')} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
