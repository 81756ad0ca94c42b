import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { format, inspect } from 'node:util';
import Mocha from 'mocha';

/**
 * What VS Code calls in its extension host (`extensionTestsPath`): runs the test files that were
 * bundled beside this one. Rejects when a test fails.
 */
export async function run(): Promise<void> {
  const output = process.env['PAGEWALK_TEST_OUTPUT'];
  // The host's console is full of its own noise.
  if (output)
    Mocha.reporters.Base.consoleLog = (...values: unknown[]) =>
      appendFileSync(output, `${format(...values)}\n`);
  const mocha = new Mocha({
    reporter: process.env['PAGEWALK_TEST_REPORTER'] ?? 'spec',
    timeout: 60_000,
    color: false,
  });
  for (const name of readdirSync(__dirname).sort())
    if (name.endsWith('.test.js')) mocha.addFile(path.join(__dirname, name));
  const failures = await new Promise<number>((resolve) => mocha.run(resolve)).catch(
    (error: unknown) => {
      if (output) appendFileSync(output, `${inspect(error)}\n`);
      throw error;
    },
  );
  if (failures > 0) throw new Error(`${failures} failed`);
}
