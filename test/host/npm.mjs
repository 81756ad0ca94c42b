/** Runs npm, the same one that runs us when there is one. */
import { spawn } from 'node:child_process';

const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];

/**
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<void>} rejects with npm's own last lines
 */
export function npm(args, cwd) {
  const self = process.env['npm_execpath'];
  const [command, first] = self?.endsWith('.js') ? [process.execPath, [self]] : ['npm', []];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args, ...quiet], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: command === 'npm' && process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-4000)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ${args.join(' ')} failed (${code}) in ${cwd}:\n${output}`));
    });
  });
}
