import type { DumpDialect, DumpLine } from './hexdump/dialect';
import { plainHex } from './hexdump/plain-hex';
import { dumpDialects } from './hexdump/registry';
import { loggedStart } from './line-prefix';
import { hasControls, PlainLine } from './plain-line';

const tab = 0x09;

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
    // What a terminal added would end the data too early.
    if (hasControls(units, start, end)) {
      return this.findPlain(units, start, end, expected, line, false);
    }
    const direct = this.parseAt(units, start, end, expected, line);
    if (direct) return direct;
    const content = loggedStart(units, start, end);
    if (content >= end) return null;
    const behind = content > start ? this.parseAt(units, content, end, expected, line) : null;
    if (behind || !this.hasTab(units, content, end)) return behind;
    return (
      this.findPlain(units, start, end, expected, line, true) ??
      this.findPlain(units, start, end, expected, line, false)
    );
  }

  private findPlain(
    units: Uint8Array,
    start: number,
    end: number,
    expected: DumpDialect | null,
    line: DumpLine,
    expand: boolean,
  ): DumpDialect | null {
    const { bare } = this;
    bare.take(units, start, end, expand);
    const direct = this.parseAt(bare.units, 0, bare.length, expected, line);
    const from = direct ? 0 : loggedStart(bare.units, 0, bare.length);
    const found =
      direct ?? (from > 0 ? this.parseAt(bare.units, from, bare.length, expected, line) : null);
    if (found) this.moveBack(line);
    this.coloured = found !== null;
    return found;
  }

  private hasTab(units: Uint8Array, start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (units[at] === tab) return true;
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
