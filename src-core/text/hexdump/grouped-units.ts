import type { DumpLine } from './dialect';
import { digitValue, type HexReader } from './hex-digits';

/**
 * How the digits of a group stand: `value`, as the number they are (most significant digit first),
 * or `memory`, byte after byte as they lie in memory.
 */
export type GroupOrder = 'value' | 'memory';

export interface GroupRule {
  readonly order: GroupOrder;
  /** Digits a group may have. */
  readonly digits: readonly number[];
  /** More blanks than that end the data. */
  readonly widestGap: number;
}

const space = 0x20;
const tab = 0x09;
/** A group no longer than this is read: what follows is no data. */
const longestGroup = 32;

function blanksFrom(units: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (units[at] === space || units[at] === tab)) at++;
  return at - start;
}

function digitsFrom(units: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + longestGroup + 1);
  let at = start;
  while (at < limit && digitValue[units[at]!] !== 0xff) at++;
  return at - start;
}

/**
 * Reads groups of bare hexadecimal digits, all of one length, from the first after `start` up to a
 * wide gap, the line's end, or what is no group. A shorter last group of `memory` order holds the
 * last bytes of a file; any other was cut off.
 */
export function readGroups(
  units: Uint8Array,
  start: number,
  end: number,
  line: DumpLine,
  reader: HexReader,
  rule: GroupRule,
): void {
  let at = start + blanksFrom(units, start, end);
  let groupDigits = 0;
  line.tail = at;
  while (at < end) {
    const digits = digitsFrom(units, at, end);
    const after = at + digits;
    const ended = after >= end || units[after] === space || units[after] === tab;
    if (digits === 0 || !ended) return;
    if (groupDigits === 0) {
      if (!rule.digits.includes(digits)) return;
      groupDigits = digits;
    }
    if (digits === groupDigits || (rule.order === 'memory' && digits < groupDigits)) {
      addGroup(units, at, digits, line, reader, rule.order);
      if (digits % 2 !== 0) {
        line.brokenAt = after - 1;
        return;
      }
    } else {
      if (digits < groupDigits && after >= end) line.brokenAt = at;
      return;
    }
    line.tail = after;
    const gap = blanksFrom(units, after, end);
    if (gap > rule.widestGap || digits < groupDigits) return;
    at = after + gap;
  }
}

function addGroup(
  units: Uint8Array,
  at: number,
  digits: number,
  line: DumpLine,
  reader: HexReader,
  order: GroupOrder,
): void {
  const step = order === 'memory' ? 2 : digits;
  line.unitBytes = (step / 2) as DumpLine['unitBytes'];
  line.digits = step;
  line.width = step;
  for (let from = at; from + step <= at + digits; from += step) {
    reader.read(units, from, from + step);
    line.add(from, reader.lo, reader.hi);
  }
}
