/** Writes the licences of the libraries that are inside our bundles beside them, as they ask for. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** `node_modules/@scope/name/lib/x.js` → `node_modules/@scope/name` (the innermost package). */
const packageFolder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const licenceFile = /^(licen[cs]e|copying)(\.|$)/i;

/**
 * @param {import('esbuild').Metafile[]} metafiles of all bundles
 * @param {string} output file to write
 */
export function writeThirdPartyLicences(metafiles, output) {
  const folders = new Set();
  for (const { inputs } of metafiles)
    for (const input of Object.keys(inputs)) {
      const folder = packageFolder.exec(input)?.[0];
      if (folder) folders.add(folder);
    }
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(path.join(folder, 'package.json'), 'utf8'),
    );
    const file = readdirSync(folder).find((entry) => licenceFile.test(entry));
    const text = file
      ? readFileSync(path.join(folder, file), 'utf8').trim()
      : `Licence: ${license}`;
    return `${name} ${version}\n\n${text}\n`;
  });
  writeFileSync(output, parts.join(`\n${'-'.repeat(72)}\n\n`));
}
