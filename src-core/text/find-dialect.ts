import type { DumpDialect, DumpLine } from './hexdump/dialect';
import { plainHex } from './hexdump/plain-hex';
import { dumpDialects } from './hexdump/registry';
import { contentStart, PlainLine } from './line-prefix';

const escape = 0x1b;

/** Finds the dialect of a line, behind quote marks, time stamps and colours. */
export class DialectFinder {
  private readonly bare = new PlainLine();
  /** Escape sequences stood in the line last found: its units may not be where their width says. */
  coloured = false;
  /** Lines of nothing but digits are a dump too. */
  plain = false;

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
    const direct = this.parseAt(units, start, end, expected, line);
    if (direct) return direct;
    const content = contentStart(units, start, end);
    if (content >= end) return null;
    const behind = content > start ? this.parseAt(units, content, end, expected, line) : null;
    if (behind || !this.hasEscape(units, start, end)) return behind;
    if (!this.bare.strip(units, start, end)) return null;
    const { bare } = this;
    const from = contentStart(bare.units, 0, bare.length);
    const found = this.parseAt(bare.units, from, bare.length, expected, line);
    if (found) this.moveBack(line);
    this.coloured = found !== null;
    return found;
  }

  private hasEscape(units: Uint8Array, start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (units[at] === escape) return true;
    return false;
  }

  private moveBack(line: DumpLine): void {
    const { bare } = this;
    line.addressStart = bare.placeOf(line.addressStart);
    line.addressEnd = bare.placeOf(line.addressEnd - 1) + 1;
    for (let unit = 0; unit < line.count; unit++) {
      line.columns[unit] = bare.placeOf(line.columns[unit]!);
    }
    line.tail = bare.placeOf(line.tail);
    if (line.brokenAt >= 0) line.brokenAt = bare.placeOf(line.brokenAt);
  }

  private parseAt(
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
    line.clear();
    return this.plain && plainHex.parse(units, start, end, line) ? plainHex : null;
  }
}
