import assert from 'node:assert/strict';

import { parseLogLine } from '../../../src-core/text/log/log-event';
import { readersOf, readForm } from '../../../src-core/trace/trace-events';
import { joinHalves } from '../../../src-core/word';
import { traceLines } from '../text/log-formats';
import { Dice, printLine } from '../text/log-printer';

const names = ['kvm_tdp_mmu_spte_changed', 'kvm_mmu_set_spte', 'fast_page_fault'];

describe('forms read from bytes', () => {
  for (const { event, format } of traceLines.filter((line) => names.includes(line.event))) {
    it(`agrees with the line's fields: ${format}`, () => {
      const readers = readersOf(event);
      const dice = new Dice(3);
      for (let round = 0; round < 200; round++) {
        const { text } = printLine(format, dice);
        const parsed = parseLogLine(text)!;
        const units = new TextEncoder().encode(`${text}\n`);
        const reader = readForm(readers, units, event.length + 1);
        assert.ok(reader, text);
        for (const { name, value } of parsed.fields) {
          if (value === null || value < 0n) continue;
          const slot = reader.slot(name);
          assert.equal(joinHalves(reader.lo[slot]!, reader.hi[slot]!), value, `${text} ${name}`);
        }
      }
    });

    it(`reads no line that is cut within its text: ${format}`, () => {
      const readers = readersOf(event);
      const { text } = printLine(format, new Dice(5));
      const last = text.trimEnd().search(/\S+$/);
      for (let end = event.length + 1; end < last; end++) {
        const units = new TextEncoder().encode(`${text.slice(0, end)}\n${text}`);
        assert.equal(readForm(readers, units, event.length + 1), undefined, text.slice(0, end));
      }
    });
  }
});
