import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The repository's top: tests are run from it. */
const top = process.cwd();

/** The large sets of data beside a checkout; `undefined` where they are not there. */
export function sharedPlace(...parts: string[]): string | undefined {
  const place = path.join(top, '..', 'shared', ...parts);
  return existsSync(place) ? place : undefined;
}

/** A file or folder of the small sets kept in the repository. */
export function fixturePlace(...parts: string[]): string {
  return path.join(top, 'test', 'fixtures', ...parts);
}

/** The JSON files of a folder, by name. */
export function jsonFiles(folder: string): { name: string; read: () => unknown }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({
      name,
      read: () => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as unknown,
    }));
}
