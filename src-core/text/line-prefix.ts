import { digitValue } from './hexdump/hex-digits';

const space = 0x20;
const tab = 0x09;
const escape = 0x1b;
const openBracket = 0x5b;
const closeBracket = 0x5d;

function isBlank(unit: number | undefined): boolean {
  return unit === space || unit === tab;
}

/** Prompts that stay in front of the first line of an answer. */
const prompts = ['(qemu)', '(gdb)', 'crash>', '(lldb)'].map((prompt) =>
  Uint8Array.from(prompt, (letter) => letter.charCodeAt(0)),
);

function promptLength(units: Uint8Array, at: number, end: number): number {
  for (const prompt of prompts) {
    if (units[at] !== prompt[0] || at + prompt.length > end) continue;
    if (prompt.every((unit, index) => units[at + index] === unit)) return prompt.length;
  }
  return 0;
}

/** After `[ 1234.567890]`, `[Tue Mar  5 12:00:00 2024]` or `[ T4711]`; `at` where no such thing stands. */
function afterBracket(units: Uint8Array, at: number, end: number): number {
  const limit = Math.min(end, at + 40);
  for (let close = at + 1; close < limit; close++) {
    if (units[close] === closeBracket) return close + 1;
  }
  return at;
}

/**
 * Where a line's own text begins, behind what mail, terminals and kernels put in front: blanks,
 * quote marks (`> `, `| `), prompts and time stamps in brackets.
 */
export function contentStart(units: Uint8Array, start: number, end: number): number {
  let at = start;
  for (;;) {
    const before = at;
    while (at < end && isBlank(units[at])) at++;
    if (units[at] === 0x3e || units[at] === 0x7c) at++;
    else if (units[at] === openBracket) at = afterBracket(units, at, end);
    else if (at < end) at += promptLength(units, at, end);
    if (at === before || at >= end) return at;
  }
}

/** A line without its ANSI escape sequences, and where each unit left stood. */
export class PlainLine {
  units = new Uint8Array(256);
  /** Place of each unit in the line as it was. */
  places = new Int32Array(256);
  length = 0;

  /** Takes `ESC [ … letter` and `ESC letter` out. Returns false when the line has none. */
  strip(units: Uint8Array, start: number, end: number): boolean {
    const first = units.subarray(start, end).indexOf(escape);
    if (first < 0) return false;
    if (this.units.length < end - start) {
      this.units = new Uint8Array(end - start);
      this.places = new Int32Array(end - start);
    }
    this.length = 0;
    let at = start;
    while (at < end) {
      if (units[at] === escape) at = afterEscape(units, at, end);
      else {
        this.units[this.length] = units[at]!;
        this.places[this.length++] = at++;
      }
    }
    return true;
  }

  /** Where a unit of the plain line stood. */
  placeOf(at: number): number {
    return at < this.length ? this.places[at]! : (this.places[this.length - 1] ?? -1) + 1;
  }
}

/** After the sequence that starts at an ESC: CSI up to its final byte, else one more unit. */
export function afterEscape(units: Uint8Array, at: number, end: number): number {
  if (units[at + 1] !== openBracket) return Math.min(end, at + 2);
  let after = at + 2;
  while (after < end && (units[after]! < 0x40 || units[after]! > 0x7e)) after++;
  return Math.min(end, after + 1);
}

/** Whether a stretch is nothing but hexadecimal digits, `0x` before them allowed. */
export function isHexOnly(units: Uint8Array, start: number, end: number): boolean {
  const from = units[start] === 0x30 && (units[start + 1]! | 0x20) === 0x78 ? start + 2 : start;
  for (let at = from; at < end; at++) if (digitValue[units[at]!] === 0xff) return false;
  return end > start;
}
