/**
 * Folders that are filled once and then stay: in `.host/` of the repository's top, where every script
 * of ours runs, or where PAGEWALK_HOST_DIR says.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

function hostFolder() {
  return path.resolve(process.env['PAGEWALK_HOST_DIR'] || '.host');
}

/**
 * The folder of that name, filled on the first call. It gets its name only when it is complete, so a
 * run that is stopped half-way, or two at once, leave nothing broken behind.
 *
 * @param {string} name with the version in it: another version is another folder
 * @param {string} title printed while it is being filled
 * @param {(folder: string) => Promise<void>} fill gets an empty folder with a package.json
 */
export async function installOnce(name, title, fill) {
  const folder = path.join(hostFolder(), name);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}.part`;
  dropOldDrafts(folder);
  mkdirSync(draft, { recursive: true });
  writeFileSync(path.join(draft, 'package.json'), '{ "private": true }\n');
  const start = Date.now();
  process.stdout.write(`Installing ${title} … `);
  try {
    await fill(draft);
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
    process.stdout.write(`${((Date.now() - start) / 1000).toFixed(0)} s\n`);
  }
  return folder;
}

/** @param {string} folder */
function dropOldDrafts(folder) {
  const parent = path.dirname(folder);
  if (!existsSync(parent)) return;
  for (const entry of readdirSync(parent)) {
    const owner = /^(.*)\.(\d+)\.part$/.exec(entry);
    if (owner?.[1] === path.basename(folder) && !isAlive(Number(owner[2])))
      rmSync(path.join(parent, entry), { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
