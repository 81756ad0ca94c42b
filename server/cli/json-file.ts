import { readFile } from 'node:fs/promises';

import { inputProblem } from './command';

/** A JSON file's value. @throws CliProblem (1) when it cannot be read or is no JSON. */
export async function readJsonFile(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw inputProblem(`${file} cannot be read: ${reason(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw inputProblem(`${file} is no JSON: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
