import { digitValue } from '../hexdump/hex-digits';

const blank = 0x20;
const tab = 0x09;
const digits = 0x25;

/** A letter after digits: they were a word (`DIRECTORY` begins with one). */
function isLetter(unit: number | undefined): boolean {
  const lower = (unit ?? 0) | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** A line's beginning that tells an event: letters, `%` for hexadecimal digits, blanks for one or more. */
export class Opening {
  private readonly pattern: Uint8Array;

  constructor(
    readonly number: number,
    readonly text: string,
  ) {
    this.pattern = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    this.fixed = text.indexOf('%');
  }

  /** How many units before its first number; -1: it has none. */
  readonly fixed: number;

  /** The unit it begins with; -1: a digit, so it is looked for at a line's beginning only. */
  get first(): number {
    return this.pattern[0] === digits ? -1 : this.pattern[0]!;
  }

  /** Where it ends when it stands at a place; -1: it does not. */
  endAt(units: Uint8Array, start: number, end: number): number {
    let at = start;
    for (const wanted of this.pattern) {
      const unit = at < end ? units[at]! : -1;
      if (wanted === digits) {
        const from = at;
        while (at < end && digitValue[units[at]!] !== 0xff) at++;
        if (at === from || isLetter(units[at])) return -1;
      } else if (wanted === blank) {
        if (unit !== blank && unit !== tab) return -1;
        while (at < end && (units[at] === blank || units[at] === tab)) at++;
      } else if (unit === wanted) at++;
      else return -1;
    }
    return at;
  }
}
