import { contentStart } from '../line-prefix';
import { knownEvents } from './registry';

/** Names stand early in a line: what follows on a line of a megabyte is not searched. */
const searched = 512;

/** What a line that starts with `pagewalk:` counts as. */
export const directiveNumber = knownEvents.length;

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const hashOf = (name: string): number =>
  bytesOf(name).reduce((hash, unit) => (Math.imul(hash, 31) + unit) | 0, 0);

interface Name {
  readonly number: number;
  readonly bytes: Uint8Array;
}

const namesByHash = new Map<number, Name[]>();
for (const [number, name] of [
  ...knownEvents.map((event) => event.spec.name),
  'pagewalk',
].entries()) {
  const hash = hashOf(name);
  namesByHash.set(hash, [...(namesByHash.get(hash) ?? []), { number, bytes: bytesOf(name) }]);
}

const openings: readonly Name[] = knownEvents.flatMap(({ spec }, number) =>
  spec.opening === undefined ? [] : [{ number, bytes: bytesOf(spec.opening) }],
);

/** 1: a unit that a name may hold. */
const nameUnit = Uint8Array.from({ length: 256 }, (_, unit) =>
  /[A-Za-z0-9_]/.test(String.fromCharCode(unit)) ? 1 : 0,
);

function standsAt(units: Uint8Array, start: number, end: number, bytes: Uint8Array): boolean {
  return start + bytes.length <= end && bytes.every((unit, index) => units[start + index] === unit);
}

/** Where an event's own text begins, and which event it is: kept here, so that no line makes objects. */
export class EventFinder {
  /** Number in `knownEvents`, or {@link directiveNumber}. */
  number = -1;
  /** Where the name stands, and where the text after it begins. */
  nameStart = 0;
  textStart = 0;

  /** Looks for `name:` of a known event, or a known opening. Returns whether one was found. */
  find(units: Uint8Array, start: number, end: number): boolean {
    const limit = Math.min(end, start + searched);
    let hash = 0;
    let tokenStart = -1;
    for (let at = start; at < limit; at++) {
      const unit = units[at]!;
      if (nameUnit[unit] === 1) {
        if (tokenStart < 0) {
          tokenStart = at;
          hash = unit;
        } else hash = (Math.imul(hash, 31) + unit) | 0;
        continue;
      }
      if (unit === 0x3a && tokenStart >= 0 && this.isName(units, tokenStart, at, hash)) return true;
      tokenStart = -1;
    }
    return this.findOpening(units, start, limit);
  }

  private isName(units: Uint8Array, start: number, end: number, hash: number): boolean {
    const name = namesByHash.get(hash)?.find(({ bytes }) => {
      return bytes.length === end - start && standsAt(units, start, end, bytes);
    });
    if (!name) return false;
    this.number = name.number;
    this.nameStart = start;
    this.textStart = end + 1;
    return true;
  }

  private findOpening(units: Uint8Array, start: number, end: number): boolean {
    const dash = units.subarray(start, end).indexOf(0x2d);
    if (dash < 0) return false;
    const content = contentStart(units, start, end);
    const opening = openings.find(({ bytes }) => standsAt(units, content, end, bytes));
    if (!opening) return false;
    this.number = opening.number;
    this.nameStart = content;
    this.textStart = content + opening.bytes.length;
    return true;
  }
}
