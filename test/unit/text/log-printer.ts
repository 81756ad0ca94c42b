/**
 * Prints log lines from the kernel's format strings, apart from the code that reads them: `{name:%llx}`
 * in a format is a value that the line's event should have under that name, at that place.
 */

/** A value as it was printed, and where. */
export interface PrintedField {
  readonly name: string;
  readonly text: string;
  /** `null`: no number. */
  readonly value: bigint | null;
  readonly start: number;
}

export interface PrintedLine {
  readonly text: string;
  readonly fields: readonly PrintedField[];
}

/** Random numbers that are the same every time. */
export class Dice {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 0x1_0000_0000) * limit);
  }

  word(bits: number): bigint {
    let word = 0n;
    for (let bit = 0; bit < bits; bit += 16) word = (word << 16n) | BigInt(this.below(0x1_0000));
    // Short values are as frequent as long ones: widths vary in real lines.
    return word & ((1n << BigInt(1 + this.below(bits))) - 1n);
  }
}

/** A C conversion of an unsigned value: `%llx`, `%#llx`, `%016lx`, `%#08lx`, `%u`, `%-9lu`. */
export function convert(conversion: string, value: bigint): string {
  const [, flags, width, kind] = /^%([#0-]*)([0-9]*)l{0,2}([xdu])$/.exec(conversion)!;
  const digits = value.toString(kind === 'x' ? 16 : 10);
  const text = flags!.includes('#') && value !== 0n ? `0x${digits}` : digits;
  const size = Number(width);
  if (flags!.includes('-')) return text.padEnd(size);
  if (!flags!.includes('0')) return text.padStart(size);
  return text.startsWith('0x')
    ? `0x${text.slice(2).padStart(Math.max(0, size - 2), '0')}`
    : text.padStart(size, '0');
}

/** Bits that a conversion may get: `%x` and `%u` are 32-bit. */
const bitsOf = (conversion: string): number => {
  if (!conversion.endsWith('x')) return 10;
  return conversion.includes('l') ? 64 : 32;
};

/** One line of a format; values of words in it come by chance. */
export function printLine(format: string, dice: Dice): PrintedLine {
  let text = '';
  const fields: PrintedField[] = [];
  for (const part of format.split(/(\{[a-z_0-9]+:[^}]*\})/)) {
    const [, name, what] = /^\{([a-z_0-9]+):([^}]*)\}$/.exec(part) ?? [];
    if (name === undefined) {
      text += part;
      continue;
    }
    const number = what!.startsWith('%');
    const choices = what!.split('|');
    const value = number ? dice.word(bitsOf(what!)) : null;
    const printed = value === null ? choices[dice.below(choices.length)]! : convert(what!, value);
    if (printed !== '') fields.push({ name, text: printed, value, start: text.length });
    text += printed;
  }
  return { text, fields };
}
