const escape = 0x1b;
const backspace = 0x08;
const tab = 0x09;
const space = 0x20;
const rubout = 0x7f;
/** U+00A0, which mail programs and web pages put for a blank; in UTF-8 it stands behind 0xc2. */
const noBreakSpace = 0xa0;
const utf8Lead = 0xc2;
const tabStop = 8;
/** BEL, SO and SI leave no mark on a screen; any other control character within a word is noise. */
const silent: ReadonlySet<number> = new Set([0x07, 0x0e, 0x0f]);

/** 1: a control character other than a tabulator, or a blank that is none. */
const controlUnit = Uint8Array.from({ length: 256 }, (_, unit) =>
  (unit < space && unit !== tab) || unit === rubout || unit === noBreakSpace ? 1 : 0,
);

/** Whether a line holds what terminals add to a text, or blanks that are none. */
export function hasControls(units: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (controlUnit[units[at]!] === 1) return true;
  return false;
}

/**
 * After the sequence that starts at an ESC: CSI up to its final byte, OSC up to BEL or ST, the choice
 * of a character set with its letter, else one more unit. Source: ECMA-48, xterm's control sequences.
 */
export function afterEscape(units: Uint8Array, at: number, end: number): number {
  const kind = units[at + 1];
  let after = at + 2;
  if (kind === 0x5b) {
    while (after < end && (units[after]! < 0x40 || units[after]! > 0x7e)) after++;
    return Math.min(end, after + 1);
  }
  if (kind === 0x5d) {
    while (after < end && units[after] !== 0x07 && units[after] !== escape) after++;
    return Math.min(end, after + (units[after] === escape ? 2 : 1));
  }
  const letters = kind !== undefined && kind >= 0x20 && kind <= 0x2f;
  return Math.min(end, letters ? after + 1 : after);
}

/** A line without what terminals added to it, and where each unit left stood. */
export class PlainLine {
  units = new Uint8Array(256);
  /** Place of each unit in the line as it was. */
  places = new Int32Array(256);
  length = 0;

  /** Takes a line in; tabulators become the blanks they stand for where `expand` says so. */
  take(units: Uint8Array, start: number, end: number, expand: boolean): void {
    const room = (end - start) * (expand ? tabStop : 1);
    if (this.units.length < room) {
      this.units = new Uint8Array(room);
      this.places = new Int32Array(room);
    }
    this.length = 0;
    // What pads a line is no part of it, not even as a blank.
    let last = end;
    while (last > start && controlUnit[units[last - 1]!] === 1) last--;
    for (let at = start; at < last;) {
      const unit = units[at]!;
      if (unit === escape) {
        at = afterEscape(units, at, last);
        continue;
      }
      if (unit === backspace) this.length = Math.max(0, this.length - 1);
      else if (unit === tab) this.blanks(at, expand ? tabStop - (this.length % tabStop) : 1);
      else if (unit === utf8Lead && units[at + 1] === noBreakSpace) this.add(space, at++);
      else if (unit >= space && unit !== rubout && unit !== noBreakSpace) this.add(unit, at);
      else if (!silent.has(unit)) this.add(space, at);
      at++;
    }
  }

  private blanks(place: number, count: number): void {
    for (let blank = 0; blank < count; blank++) this.add(space, place);
  }

  private add(unit: number, place: number): void {
    this.units[this.length] = unit;
    this.places[this.length++] = place;
  }

  /** Where a unit of the plain line stood. */
  placeOf(at: number): number {
    return at < this.length ? this.places[at]! : (this.places[this.length - 1] ?? -1) + 1;
  }
}
