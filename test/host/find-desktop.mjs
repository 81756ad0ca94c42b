import { existsSync } from 'node:fs';
import { findOnPath } from './find-on-path.mjs';

/** VSCODE_PATH, else `code` on the PATH, else null. */
export function findDesktop() {
  const named = process.env['VSCODE_PATH'];
  if (!named) return findOnPath('code');
  if (!existsSync(named)) throw new Error(`VSCODE_PATH names no file: ${named}`);
  return named;
}
