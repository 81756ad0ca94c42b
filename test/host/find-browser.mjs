/** A Chromium to look at the workbench with: one that is there already, else one from npm. */
import { execFile } from 'node:child_process';
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from './find-on-path.mjs';
import { chromium, installedBrowsers } from './host-table.mjs';
import { installOnce } from './install-folder.mjs';
import { npm } from './npm.mjs';

/**
 * @typedef {object} Browser
 * @property {string} executablePath
 * @property {Record<string, string>} env what it needs beside our own environment
 */

/**
 * CHROME_PATH, or an installed Chrome or Chromium, or one installed under `.host/`.
 *
 * @returns {Promise<Browser>}
 */
export async function findBrowser() {
  const named = process.env['CHROME_PATH'];
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROME_PATH names no file: ${named}`);
    return { executablePath: named, env: {} };
  }
  for (const candidate of installedBrowsers[process.platform] ?? []) {
    const executablePath = path.isAbsolute(candidate)
      ? existsSync(candidate) && candidate
      : findOnPath(candidate);
    if (executablePath && !isSnap(executablePath)) return { executablePath, env: {} };
  }
  const platform = `${process.platform}-${process.arch}`;
  if (!chromium.platforms.includes(platform))
    throw new Error(
      `Install Chrome or Chromium, or set CHROME_PATH: npm has none for ${platform}.`,
    );
  return installBrowser();
}

/** A snap sees neither our temporary folders nor hidden ones. @param {string} executable */
function isSnap(executable) {
  return /(^|\/)snap(\/|$)/.test(realpathSync(executable));
}

async function installBrowser() {
  const folder = await installOnce(
    `chromium-${chromium.version}`,
    `Chromium ${chromium.version}`,
    async (draft) => {
      await npm(['install', '--ignore-scripts', '--save-exact', ...chromium.packages], draft);
      await unpack(draft);
    },
  );
  const fonts = path.join(folder, 'fonts.conf');
  if (!existsSync(fonts)) writeFileSync(fonts, fontSettings(folder));
  return {
    executablePath: path.join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: path.join(folder, 'al2023/lib'), FONTCONFIG_FILE: fonts },
  };
}

/**
 * The package unpacks itself into the folder for temporary files, and only if it believes to run in
 * a certain cloud, the libraries it needs as well.
 *
 * @param {string} folder
 */
async function unpack(folder) {
  const script = `import('@sparticuz/chromium').then((chromium) => chromium.default.executablePath())`;
  await promisify(execFile)(process.execPath, ['-e', script], {
    cwd: folder,
    env: {
      ...process.env,
      TMPDIR: folder,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    },
  });
}

/** The same fonts on every machine, so that pictures can be compared. @param {string} folder */
function fontSettings(folder) {
  const alias = (/** @type {string} */ generic, /** @type {string} */ font) =>
    `<alias binding="same"><family>${generic}</family><prefer><family>${font}</family></prefer></alias>`;
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts/fonts</dir>
  <dir>${folder}/node_modules/dejavu-fonts-ttf/ttf</dir>
  <cachedir>${folder}/font-cache</cachedir>
  ${alias('monospace', 'DejaVu Sans Mono')}
  ${alias('sans-serif', 'Open Sans')}
  ${alias('system-ui', 'Open Sans')}
</fontconfig>
`;
}
