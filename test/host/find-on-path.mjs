import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Where a command stands, or null. Windows' `.exe` and `.cmd` are tried too.
 *
 * @param {string} command
 */
export function findOnPath(command) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean))
    for (const ending of endings) {
      const file = path.join(folder, command + ending);
      try {
        accessSync(file, constants.X_OK);
        if (statSync(file).isFile()) return file;
      } catch {
        continue;
      }
    }
  return null;
}
