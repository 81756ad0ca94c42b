/**
 * Runs the Mocha suite of test/workbench/suite in the extension host of a real VS Code.
 *
 *   node test/workbench/run-suite.mjs [newest|oldest …]    hosts of test/host/host-table.mjs
 *
 * On a desktop VS Code where VSCODE_PATH names one (that one, once) or where PAGEWALK_DESKTOP=download
 * allows to fetch them; else in the web workbench, whose extension host is the same program.
 * Exit status 1 when a test fails.
 */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { hostNames, hosts } from '../host/host-table.mjs';
import { temporaryFolder } from '../host/temporary-folder.mjs';
import { runOnDesktop } from './run-on-desktop.mjs';
import { runOnWeb } from './run-on-web.mjs';

const top = fileURLToPath(new URL('../../', import.meta.url));
process.chdir(top);

const suite = 'test/workbench/suite';
const outdir = path.resolve('out', 'suite', String(process.pid));

async function bundleSuite() {
  const files = readdirSync(suite).filter(
    (name) => name === 'index.ts' || name.endsWith('.test.ts'),
  );
  await esbuild.build({
    entryPoints: files.map((name) => path.join(suite, name)),
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

/**
 * @param {string} title
 * @param {(run: { folder: string, extension: string, tests: string, env: Record<string, string> }) => Promise<boolean>} runSuite
 */
async function inCopyOfSamples(title, runSuite) {
  console.log(`\nextension host: ${title}`);
  const { path: folder, remove } = temporaryFolder('folder');
  cpSync('samples', folder, { recursive: true });
  const output = path.join(outdir, 'output.txt');
  rmSync(output, { force: true });
  try {
    const passed = await runSuite({
      folder,
      extension: top,
      tests: path.join(outdir, 'index.js'),
      env: {
        PAGEWALK_TEST_REPORTER: path.resolve('test/counting-reporter.cjs'),
        PAGEWALK_TEST_OUTPUT: output,
      },
    });
    const ran = existsSync(output);
    console.log(ran ? readFileSync(output, 'utf8') : 'The suite did not start.');
    if (!passed || !ran) process.exitCode = 1;
  } finally {
    remove();
  }
}

const names = process.argv.slice(2);
const wanted = hostNames.filter((name) => names.length === 0 || names.includes(name));
const desktop = process.env['VSCODE_PATH'];
const download = process.env['PAGEWALK_DESKTOP'] === 'download';

await bundleSuite();
try {
  if (desktop)
    await inCopyOfSamples(`desktop, ${desktop}`, (run) =>
      runOnDesktop({ ...run, vscode: { vscodeExecutablePath: desktop } }),
    );
  else
    for (const host of wanted)
      await inCopyOfSamples(
        `${download ? 'desktop' : 'web'}, VS Code ${hosts[host].vscode}`,
        (run) =>
          download
            ? runOnDesktop({ ...run, vscode: { version: hosts[host].vscode } })
            : runOnWeb({ ...run, host }),
      );
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
