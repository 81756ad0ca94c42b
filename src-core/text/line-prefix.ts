import { digitValue } from './hexdump/hex-digits';

const space = 0x20;
const tab = 0x09;
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

const clock = '[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?';
const date =
  '(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +[0-9]{1,2} |(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}[T ])';
/** What loggers put before a line. */
const loggers = new RegExp(
  '^(?:' +
    [
      // The level of printk and syslog, `/dev/kmsg`, a patch.
      '<[0-9]{1,3}>',
      '[0-9]{1,3},[0-9]+,[0-9]+,[^;]{0,40};',
      '\\+',
      // Prompts of U-Boot and WinDbg.
      '=> ',
      '(?:[0-9]+: )?kd> ',
      // journalctl, syslog, logcat, `ts`: a date, a time, the host and whoever speaks.
      'kernel *: ',
      `${date}?${clock} (?:[^:]{0,60}?\\bkernel *: )?`,
    ].join('|') +
    ')',
);
/** Whether one of them may stand at a place: most lines are told from the first few characters. */
function mayBeLogger(units: Uint8Array, at: number): boolean {
  const first = units[at]!;
  if (first >= 0x30 && first <= 0x39) {
    let after = at + 1;
    while (units[after]! >= 0x30 && units[after]! <= 0x39) after++;
    const sign = units[after];
    return after - at <= 4 && (sign === 0x3a || sign === 0x2c || sign === 0x2d);
  }
  if (first === 0x6b) return units[at + 1] === 0x65 || units[at + 1] === 0x64;
  if (first >= 0x41 && first <= 0x53) return units[at + 1]! > 0x60 && units[at + 3] === space;
  return first === 0x3c || first === 0x2b || first === 0x3d;
}

const longestLogger = 128;

/** A byte order mark, as one unit or as bytes of UTF-8. */
function afterMark(units: Uint8Array, at: number): number {
  if (units[at] === 0xef && units[at + 1] === 0xbb && units[at + 2] === 0xbf) return at + 3;
  return units[at] === 0xff ? at + 1 : at;
}

/**
 * Where a line's own text begins, behind what {@link contentStart} leaves out and behind what loggers
 * put there; it costs more.
 */
export function loggedStart(units: Uint8Array, start: number, end: number): number {
  let at = contentStart(units, afterMark(units, start), end);
  while (at < end && mayBeLogger(units, at)) {
    const text = String.fromCharCode(...units.subarray(at, Math.min(end, at + longestLogger)));
    const length = loggers.exec(text)?.[0].length ?? 0;
    if (length === 0) break;
    at = contentStart(units, at + length, end);
  }
  return Math.min(at, end);
}

/** Whether a stretch is nothing but hexadecimal digits, `0x` before them allowed. */
export function isHexOnly(units: Uint8Array, start: number, end: number): boolean {
  const from = units[start] === 0x30 && (units[start + 1]! | 0x20) === 0x78 ? start + 2 : start;
  for (let at = from; at < end; at++) if (digitValue[units[at]!] === 0xff) return false;
  return end > start;
}
