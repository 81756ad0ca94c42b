/**
 * `npm ci` or `npm install`, when what is installed is not what the lock file asks for. Imports Node
 * only: this runs before anything is installed.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { npm } from './npm.mjs';

/** What npm notes down of the tree it has installed. */
const installedLock = path.join('node_modules', '.package-lock.json');

/** @returns {Promise<boolean>} false when there was nothing to do */
export async function ensureDependencies() {
  if (isInstalled()) return false;
  const how = existsSync('node_modules') ? 'install' : 'ci';
  process.stdout.write(`npm ${how} … `);
  const start = Date.now();
  await npm([how], process.cwd());
  process.stdout.write(`${((Date.now() - start) / 1000).toFixed(0)} s\n`);
  return true;
}

/** Every package that is not for another platform is there in the locked version. */
function isInstalled() {
  if (!existsSync(installedLock)) return false;
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf(installedLock);
  return Object.entries(wanted).every(
    ([place, { version, optional }]) =>
      place === '' || optional || installed[place]?.version === version,
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version: string, optional?: boolean } | undefined> & Record<string, any>}
 */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
