import { contentStart, loggedStart } from '../line-prefix';
import { afterEscape, hasControls, PlainLine } from '../plain-line';
import { openingsOf } from './log-family';
import { Opening } from './opening';
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

const names: readonly Name[] = [
  ...knownEvents.flatMap(({ spec }, number) =>
    spec.opening === undefined ? [{ number, bytes: bytesOf(spec.name) }] : [],
  ),
  { number: directiveNumber, bytes: bytesOf('pagewalk') },
];
const namesByHash = new Map<number, Name[]>();
for (const name of names) {
  const hash = hashOf(String.fromCharCode(...name.bytes));
  namesByHash.set(hash, [...(namesByHash.get(hash) ?? []), name]);
}

const openings: readonly Opening[] = knownEvents.flatMap(({ spec }, number) =>
  openingsOf(spec).map((text) => new Opening(number, text)),
);
const openingsByFirst: readonly (readonly Opening[])[] = Array.from({ length: 256 }, (_, unit) =>
  openings.filter(({ first }) => first === unit),
);
const digitOpenings = openings.filter(({ first }) => first < 0);

/** 1: a unit that a name may hold. */
const nameUnit = Uint8Array.from({ length: 256 }, (_, unit) =>
  /[A-Za-z0-9_]/.test(String.fromCharCode(unit)) ? 1 : 0,
);
const colon = 0x3a;
const semicolon = 0x3b;
const space = 0x20;
const escape = 0x1b;

function standsAt(units: Uint8Array, start: number, end: number, bytes: Uint8Array): boolean {
  if (start + bytes.length > end) return false;
  for (let index = 0; index < bytes.length; index++) {
    if (units[start + index] !== bytes[index]) return false;
  }
  return true;
}

/** Where a line's own text begins, behind colours too, and what loggers put before it. */
function lineStart(units: Uint8Array, start: number, end: number): number {
  let at = loggedStart(units, start, end);
  while (at < end && units[at] === escape) {
    at = loggedStart(units, afterEscape(units, at, end), end);
  }
  return Math.min(at, end);
}

/** Where the text behind a colon begins. */
function plainStart(units: Uint8Array, start: number, end: number): number {
  let at = contentStart(units, start, end);
  while (at < end && units[at] === escape) {
    at = contentStart(units, afterEscape(units, at, end), end);
  }
  return Math.min(at, end);
}

/** Whether no name of an event can stand before: colons follow the digits of a time only. */
function isTracePrefix(units: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const unit = units[at]!;
    if (unit === semicolon || unit === escape) return false;
    if (unit === colon && !(isDigit(units[at - 1]) && isDigit(units[at - 2]))) return false;
  }
  return true;
}

function isDigit(unit: number | undefined): boolean {
  return unit !== undefined && unit >= 0x30 && unit <= 0x39;
}

/** Where an event's own text begins, and which event it is: kept here, so that no line makes objects. */
export class EventFinder {
  /** Number in `knownEvents`, or {@link directiveNumber}. */
  number = -1;
  /** Where the name stands, and where the text after it begins. */
  nameStart = 0;
  textStart = 0;
  /** Where the name, or what is fixed of an opening, ends. */
  nameEnd = 0;
  private readonly plain = new PlainLine();
  /** The event last found by its name, and in which column: traces repeat themselves. */
  private usual: Uint8Array | null = null;
  private usualNumber = -1;
  private usualColumn = 0;

  /** Looks for `name:` of a known event, or a known opening. Returns whether one was found. */
  find(units: Uint8Array, start: number, end: number): boolean {
    if (this.findHere(units, start, end)) return true;
    if (!hasControls(units, start, Math.min(end, start + searched))) return false;
    const { plain } = this;
    plain.take(units, start, Math.min(end, start + 2 * searched), false);
    if (!this.findHere(plain.units, 0, plain.length)) return false;
    // The column in the plain line is no column of the lines to come.
    this.usual = null;
    this.nameStart = plain.placeOf(this.nameStart);
    this.nameEnd = plain.placeOf(this.nameEnd - 1) + 1;
    this.textStart = plain.placeOf(this.textStart);
    return true;
  }

  private findHere(units: Uint8Array, start: number, end: number): boolean {
    const limit = Math.min(end, start + searched);
    const content = lineStart(units, start, limit);
    if (this.findOpening(units, content, end, digitOpenings)) return true;
    if (this.opensAt(units, content, end)) return true;
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
      if (unit === escape) at = afterEscape(units, at, limit) - 1;
      else if (unit === colon) {
        if (tokenStart >= 0 && this.isName(units, start, tokenStart, at, hash)) return true;
        if (units[at + 1] === space) {
          const after = plainStart(units, at + 2, limit);
          if (after > content && this.opensAt(units, after, end)) return true;
        }
      } else if (unit === semicolon) {
        if (this.opensAt(units, plainStart(units, at + 1, limit), end)) return true;
      }
      tokenStart = -1;
    }
    return false;
  }

  /** Whether the event found last stands in the same column of this line too. */
  again(units: Uint8Array, start: number, end: number): boolean {
    const { usual, usualColumn } = this;
    if (usual === null) return false;
    const at = start + usualColumn;
    if (!standsAt(units, at, end, usual) || units[at + usual.length] !== colon) return false;
    if (at + usual.length >= end || (at > start && nameUnit[units[at - 1]!] === 1)) return false;
    if (!isTracePrefix(units, start, at - 1)) return false;
    this.number = this.usualNumber;
    this.nameStart = at;
    this.nameEnd = at + usual.length;
    this.textStart = this.nameEnd + 1;
    return true;
  }

  private isName(
    units: Uint8Array,
    line: number,
    start: number,
    end: number,
    hash: number,
  ): boolean {
    const name = namesByHash.get(hash)?.find(({ bytes }) => {
      return bytes.length === end - start && standsAt(units, start, end, bytes);
    });
    if (!name) return false;
    this.number = name.number;
    this.nameStart = start;
    this.nameEnd = end;
    this.textStart = end + 1;
    if (name.number !== directiveNumber) {
      this.usual = name.bytes;
      this.usualNumber = name.number;
      this.usualColumn = start - line;
    }
    return true;
  }

  private opensAt(units: Uint8Array, at: number, end: number): boolean {
    if (at >= end) return false;
    const candidates = openingsByFirst[units[at]!]!;
    return candidates.length > 0 && this.findOpening(units, at, end, candidates);
  }

  private findOpening(
    units: Uint8Array,
    at: number,
    end: number,
    candidates: readonly Opening[],
  ): boolean {
    for (const opening of candidates) {
      const after = opening.endAt(units, at, end);
      if (after < 0) continue;
      this.number = opening.number;
      this.nameStart = at;
      this.nameEnd = opening.fixed < 0 ? after : at + opening.fixed;
      this.textStart = opening.fixed < 0 ? after : at;
      return true;
    }
    return false;
  }
}
