import { digitValue } from '../text/hexdump/hex-digits';
import type { LogForm } from '../text/log/log-family';

const blank = 0x20;
const tab = 0x09;
const enum Kind {
  Literal,
  Blanks,
  Hex,
  Decimal,
  Skip,
}

interface Step {
  readonly kind: Kind;
  /** Of a literal: its units; of a skip: the one unit it ends before. */
  readonly units: Uint8Array;
  /** Of a number: place in the values. */
  readonly slot: number;
}

/**
 * A form read straight from a line's bytes into numbers: for millions of lines, where a regular
 * expression and its strings would take seconds. Forms whose parts may be missing are not for it.
 */
export class FormReader {
  private readonly steps: readonly Step[];
  private readonly slots: ReadonlyMap<string, number>;
  readonly lo: Uint32Array;
  readonly hi: Uint32Array;

  constructor(form: LogForm) {
    const names: string[] = [];
    const parts = form.text.split(/(\{[a-z_0-9]+\}| +)/).filter((part) => part !== '');
    this.steps = parts.map((part, index) => {
      const name = /^\{(.*)\}$/.exec(part)?.[1];
      if (name === undefined) return literal(part);
      const { form: written } = form.fields[name]!;
      if (written === 'hex' || written === 'decimal') {
        names.push(name);
        const kind = written === 'hex' ? Kind.Hex : Kind.Decimal;
        return { kind, units: new Uint8Array(0), slot: names.length - 1 };
      }
      const next = parts[index + 1] ?? ' ';
      return { kind: Kind.Skip, units: Uint8Array.of(next.charCodeAt(0)), slot: -1 };
    });
    this.slots = new Map(names.map((name, slot) => [name, slot]));
    this.lo = new Uint32Array(names.length);
    this.hi = new Uint32Array(names.length);
  }

  /** Where a field's value stands in `lo` and `hi` after a line was read. */
  slot(name: string): number {
    return this.slots.get(name)!;
  }

  /** Reads the text from `start` on; false: it has another form, or is cut off. */
  read(units: Uint8Array, start: number): boolean {
    let at = start;
    while (units[at] === blank || units[at] === tab) at++;
    for (const step of this.steps) {
      at = this.step(step, units, at);
      if (at < 0) return false;
    }
    return true;
  }

  private step(step: Step, units: Uint8Array, at: number): number {
    switch (step.kind) {
      case Kind.Literal: {
        const wanted = step.units;
        for (let index = 0; index < wanted.length; index++) {
          if (units[at + index] !== wanted[index]) return -1;
        }
        return at + wanted.length;
      }
      case Kind.Blanks: {
        let end = at;
        while (units[end] === blank || units[end] === tab) end++;
        return end === at ? -1 : end;
      }
      case Kind.Hex:
        return this.hex(step.slot, units, at);
      case Kind.Decimal:
        return this.decimal(step.slot, units, at);
      case Kind.Skip:
        return skip(units, at, step.units[0]!);
    }
  }

  private hex(slot: number, units: Uint8Array, start: number): number {
    let at = units[start] === 0x30 && (units[start + 1]! | 0x20) === 0x78 ? start + 2 : start;
    const first = at;
    let lo = 0;
    let hi = 0;
    for (; at < units.length; at++) {
      const value = digitValue[units[at]!]!;
      if (value === 0xff) break;
      hi = (hi << 4) | (lo >>> 28);
      lo = (lo << 4) | value;
    }
    this.lo[slot] = lo;
    this.hi[slot] = hi;
    return at === first || at - first > 16 ? -1 : at;
  }

  private decimal(slot: number, units: Uint8Array, start: number): number {
    let at = start;
    let value = 0;
    for (; at < units.length; at++) {
      const digit = units[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.lo[slot] = value;
    this.hi[slot] = value / 0x1_0000_0000;
    return at === start ? -1 : at;
  }
}

function literal(text: string): Step {
  if (text.startsWith(' ')) return { kind: Kind.Blanks, units: new Uint8Array(0), slot: -1 };
  const units = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  return { kind: Kind.Literal, units, slot: -1 };
}

/** To the next unit of a kind, on this line. */
function skip(units: Uint8Array, start: number, until: number): number {
  for (let at = start; at < units.length; at++) {
    const unit = units[at]!;
    if (unit === until) return at;
    if (unit === 0x0a || unit === 0x0d) return -1;
  }
  return -1;
}
