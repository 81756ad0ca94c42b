import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * A folder for temporary files that goes away when it is removed, at the latest when this process
 * ends.
 *
 * @param {string} name what it is for
 * @returns {{ path: string, remove: () => void }}
 */
export function temporaryFolder(name) {
  const folder = mkdtempSync(path.join(os.tmpdir(), `pagewalk-${name}-`));
  const erase = () =>
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.once('exit', erase);
  return {
    path: folder,
    remove: () => {
      process.removeListener('exit', erase);
      erase();
    },
  };
}
