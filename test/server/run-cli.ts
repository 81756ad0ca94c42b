import { spawn } from 'node:child_process';

export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, a JSON value a line. */
  readonly json: () => unknown[];
}

/**
 * Runs the bundled command line in a process of its own, as a person or a script does.
 * @param input for standard input; it is closed after it
 */
export function runCli(args: readonly string[], input: string | Buffer = ''): Promise<CliRun> {
  const child = spawn(process.execPath, ['dist/cli.js', ...args], { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A command that refuses its arguments may end before it has read anything.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      const lines = (): unknown[] =>
        stdout
          .split('\n')
          .filter((line) => line !== '')
          .map((line): unknown => JSON.parse(line));
      resolve({ status, stdout, stderr, json: lines });
    });
  });
}
