import { knownEvents } from '../text/log/registry';
import { FormReader } from './form-reader';

/** An event's number in the registry. @throws where the registry has no such event: a broken build */
export function eventNumber(name: string): number {
  const number = knownEvents.findIndex(({ spec }) => spec.name === name);
  if (number < 0) throw new Error(`the registry of log events has no ${name}`);
  return number;
}

/** Readers for each form of an event that has no parts which may be missing. */
export function readersOf(name: string): FormReader[] {
  const { spec } = knownEvents[eventNumber(name)]!;
  return spec.forms
    .filter(({ text, before }) => !text.includes('[?') && before === undefined)
    .map((form) => new FormReader(form));
}

/** Reads a text in the first form it has; `undefined`: none, or it is cut off. */
export function readForm(
  readers: readonly FormReader[],
  units: Uint8Array,
  start: number,
): FormReader | undefined {
  for (const reader of readers) if (reader.read(units, start)) return reader;
  return undefined;
}
