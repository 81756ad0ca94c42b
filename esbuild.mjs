/**
 * Builds the bundles in dist/.
 *
 *   node esbuild.mjs                    all of them, with source maps
 *   node esbuild.mjs --production       minified, no source maps: what is packaged
 *   node esbuild.mjs --watch            again after every change
 *   node esbuild.mjs client cli         only these, and what they load
 *
 * Exit status 1 when a bundle fails; its errors are printed, the other bundles are still built.
 */
import { chmodSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { writeScenarioSchema } from './build/scenario-schema.mjs';
import { writeThirdPartyLicences } from './build/third-party-licences.mjs';

const top = path.dirname(fileURLToPath(import.meta.url));
process.chdir(top);

/** The Node of VS Code 1.100's extension host, and the smallest one of `engines`. */
const node = { platform: 'node', target: 'node20', format: 'cjs' };
const browser = { platform: 'browser', target: 'es2022' };

/** Leaves the core out: it is required from a bundle that has it. */
function coreFromAnotherBundle(bundle) {
  return {
    name: 'core-from-another-bundle',
    setup(build) {
      build.onResolve({ filter: /\/src-core\/index$/ }, () => ({ path: bundle, external: true }));
    },
  };
}

/** One row a bundle: its name in dist/, its entry, where it runs, and the bundles it loads. */
const bundles = {
  client: { entry: 'client/extension.ts', options: { ...node, external: ['vscode'] } },
  'client-browser': {
    entry: 'client/extension-browser.ts',
    options: { ...browser, format: 'cjs', external: ['vscode'] },
  },
  // A worker's script, and for the command line the module that holds the core: it is packed once.
  'server-browser': {
    entry: 'server/main-browser.ts',
    options: {
      ...browser,
      format: 'iife',
      globalName: 'pagewalkCore',
      footer: { js: 'if (typeof module === "object") module.exports = pagewalkCore;' },
    },
  },
  // The language server on Node is the command line's `lsp`.
  cli: {
    entry: 'server/cli/main.ts',
    options: { ...node, banner: { js: '#!/usr/bin/env node' } },
    plugins: [coreFromAnotherBundle('./server-browser.js')],
    needs: ['server-browser'],
    executable: true,
  },
};

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = wanted.filter((name) => !(name in bundles));
if (unknown.length > 0) {
  console.error(
    `no such bundle: ${unknown.join(', ')}; there are ${Object.keys(bundles).join(', ')}`,
  );
  process.exit(2);
}
const withNeeds = wanted.flatMap((name) => [name, ...(bundles[name].needs ?? [])]);
const names = wanted.length > 0 ? [...new Set(withNeeds)] : Object.keys(bundles);

const outputOf = (name) => `dist/${name}.js`;

/**
 * What is being built. While it is not empty somebody may wait: the problem matcher of
 * .vscode/tasks.json does, for the two lines printed here.
 */
const building = new Set();

const announce = (name) => ({
  name: 'announce',
  setup(build) {
    build.onStart(() => {
      if (watch && building.size === 0) console.log('[watch] build started');
      building.add(name);
    });
    build.onEnd(({ errors }) => {
      for (const { text, location } of errors) {
        const { file, line, column } = location ?? {
          file: bundles[name].entry,
          line: 1,
          column: 0,
        };
        console.error(`${file}:${line}:${column + 1}: error: ${text}`);
      }
      if (errors.length === 0 && bundles[name].executable) chmodSync(outputOf(name), 0o755);
      building.delete(name);
      if (watch && building.size === 0) console.log('[watch] build finished');
    });
  },
});

function optionsFor(name) {
  const { entry, options, plugins = [] } = bundles[name];
  return {
    ...options,
    entryPoints: [entry],
    outfile: outputOf(name),
    bundle: true,
    minify: production,
    sourcemap: production ? false : 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [announce(name), ...plugins],
    // Its `main` is a UMD module, whose parts no bundler finds.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  };
}

function reportSize(name, metafile) {
  const { bytes } = metafile.outputs[outputOf(name)];
  console.log(`${outputOf(name).padEnd(24)} ${(bytes / 1024).toFixed(0).padStart(6)} KiB`);
}

await writeScenarioSchema('dist/scenario.schema.json');
if (watch) {
  const contexts = await Promise.all(names.map((name) => esbuild.context(optionsFor(name))));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  if (production) for (const name of names) rmSync(`${outputOf(name)}.map`, { force: true });
  const built = await Promise.allSettled(names.map((name) => esbuild.build(optionsFor(name))));
  built.forEach(({ value }, i) => value && reportSize(names[i], value.metafile));
  if (built.some(({ status }) => status === 'rejected')) process.exitCode = 1;
  else if (wanted.length === 0) {
    const metafiles = built.map(({ value }) => value.metafile);
    writeThirdPartyLicences(metafiles, 'dist/THIRD_PARTY_LICENSES.txt');
  }
}
