import type { DumpDialect, DumpLine } from './hexdump/dialect';
import { dumpDialects } from './hexdump/registry';
import { contentStart, PlainLine } from './line-prefix';

const escape = 0x1b;

/** Finds the dialect of a line, behind quote marks, time stamps and colours. */
export class DialectFinder {
  private readonly plain = new PlainLine();
  /** Escape sequences stood in the line last found: its units may not be where their width says. */
  coloured = false;

  /**
   * The dialect that understood the line, `expected` asked first; the answer stands in `line`, with
   * places in `units`.
   */
  find(
    units: Uint8Array,
    start: number,
    end: number,
    expected: DumpDialect | null,
    line: DumpLine,
  ): DumpDialect | null {
    this.coloured = false;
    const direct = parseAt(units, start, end, expected, line);
    if (direct) return direct;
    const content = contentStart(units, start, end);
    if (content >= end) return null;
    const behind = content > start ? parseAt(units, content, end, expected, line) : null;
    if (behind || !this.hasEscape(units, start, end)) return behind;
    if (!this.plain.strip(units, start, end)) return null;
    const { plain } = this;
    const from = contentStart(plain.units, 0, plain.length);
    const found = parseAt(plain.units, from, plain.length, expected, line);
    if (found) this.moveBack(line);
    this.coloured = found !== null;
    return found;
  }

  private hasEscape(units: Uint8Array, start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (units[at] === escape) return true;
    return false;
  }

  private moveBack(line: DumpLine): void {
    const { plain } = this;
    line.addressStart = plain.placeOf(line.addressStart);
    line.addressEnd = plain.placeOf(line.addressEnd - 1) + 1;
    for (let unit = 0; unit < line.count; unit++) {
      line.columns[unit] = plain.placeOf(line.columns[unit]!);
    }
    line.tail = plain.placeOf(line.tail);
    if (line.brokenAt >= 0) line.brokenAt = plain.placeOf(line.brokenAt);
  }
}

function parseAt(
  units: Uint8Array,
  start: number,
  end: number,
  expected: DumpDialect | null,
  line: DumpLine,
): DumpDialect | null {
  line.clear();
  if (expected?.parse(units, start, end, line)) return expected;
  for (const dialect of dumpDialects) {
    if (dialect === expected) continue;
    line.clear();
    if (dialect.parse(units, start, end, line)) return dialect;
  }
  return null;
}
