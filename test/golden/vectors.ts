import { readFileSync } from 'node:fs';
import { fixturePlace, sharedPlace } from './places';

/** One worked decode of `facts/x86-spte-vectors.json`; its README is section 20 of the facts. */
export interface SpteVector {
  readonly id: string;
  readonly era: string;
  readonly kernel: string | null;
  readonly format: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly value: string;
  readonly level: number;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly why: string;
}

/** All vectors where the large set is there, else the few kept as a fixture. */
export function spteVectors(): readonly SpteVector[] {
  const place =
    sharedPlace('facts', 'x86-spte-vectors.json') ?? fixturePlace('x86-kvm', 'vectors.json');
  return JSON.parse(readFileSync(place, 'utf8')) as SpteVector[];
}
