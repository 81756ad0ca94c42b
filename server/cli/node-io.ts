import { once } from 'node:events';

import type { CliIo } from './command';

/** The process's own streams. A reader that goes away (`| head`) ends the work quietly. */
export function nodeIo(): CliIo {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  let progressShown = false;
  const clearProgress = (): void => {
    if (progressShown) process.stderr.write('\r\u001b[K');
    progressShown = false;
  };
  return {
    async write(text) {
      clearProgress();
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    },
    complain(line) {
      clearProgress();
      process.stderr.write(`${line}\n`);
    },
    progress(text) {
      if (!process.stderr.isTTY) return;
      process.stderr.write(`\r\u001b[K${text}`);
      progressShown = true;
    },
    stdin: () => process.stdin as AsyncIterable<Uint8Array>,
  };
}
