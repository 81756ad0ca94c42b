import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { TextIndex } from '../../../src-core/text/index';
import { type LogEvent, parseLogLine } from '../../../src-core/text/log/log-event';
import { TraceReplay } from '../../../src-core/trace/replay';
import { messageLines, messagePrefixes, traceLines, tracePrefixes } from './log-formats';
import { Dice, printLine } from './log-printer';

/** Lines as a mail program breaks them: at the last blank that keeps a piece within the width. */
function wrap(line: string, width: number): string[] {
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width);
    if (at <= 0 || rest.slice(0, at).trim() === '') break;
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
  return [...pieces, rest];
}

const numbers = (event: LogEvent | undefined): unknown[] =>
  (event?.fields ?? [])
    .filter(({ value }) => value !== null)
    .map(({ name, value, text }) => [name, value, text]);

const nothing = ['', 'Some words of the one who writes, which are no event at all.'];

describe('log lines that mail broke', () => {
  for (const width of [72, 74, 76, 78]) {
    for (const quote of ['', '> ', '> > ']) {
      it(`at ${width} columns${quote && `, quoted ${quote}`}: every event has its values`, () => {
        const dice = new Dice(width);
        const sets = [
          [traceLines, tracePrefixes],
          [messageLines, messagePrefixes],
        ] as const;
        let broken = 0;
        for (const [lines, prefixes] of sets) {
          for (const documented of lines) {
            for (const prefix of prefixes) {
              const printed = prefix + printLine(documented.format, dice).text;
              const whole = parseLogLine(printed);
              const pieces = wrap(printed, width);
              // Broken within its name, an event is not told any more.
              const named = pieces.findIndex((piece) => parseLogLine(piece)?.name === whole?.name);
              if (pieces.length === 1 || named < 0) continue;
              // What an event has before its name must stand on the name's line.
              if (named > 0 && whole!.fields.some(({ end }) => end <= whole!.start)) continue;
              // Where every piece is an event by itself the pieces are read one by one.
              if (pieces.slice(named + 1).some((piece) => parseLogLine(piece))) continue;
              broken++;
              const text = [...nothing, ...pieces, ...nothing].map((line) => quote + line);
              const index = new TextIndex(text.join('\n'));
              const event = index.logEvent(nothing.length + named);
              // Of a text that goes on below it is not known where it ends.
              assert.deepEqual(numbers(event), numbers(whole), text.join('\n'));
              const own = index.lineText(nothing.length + named);
              for (const { start, end } of event!.fields)
                assert.ok(end <= own.length && start <= end);
            }
          }
        }
        assert.ok(broken > 100, String(broken));
      });
    }
  }

  it('a value on the line below stands where it is looked for', () => {
    const text = [
      '>        CPU 0/KVM-4711    [003] d....  1234.567890: kvm_mmu_set_spte: gfn',
      '> 12345 spte 600000067890b77 (rwxu) level 1 at 10a3b5a28',
      '> Next.',
    ].join('\n');
    const index = new TextIndex(text);
    const word = index.wordAt(1, 16);
    assert.ok(word?.kind === 'log-field');
    assert.deepEqual(
      [word.field.name, word.value, index.lineText(1).slice(word.start, word.end)],
      ['spte', 0x600000067890b77n, '600000067890b77'],
    );
    assert.equal(index.wordAt(2, 3), undefined);
  });

  it('lines that are short, or whole, are not joined with others', () => {
    for (const text of [
      'kvm_mmu_set_spte: gfn 12345 spte 600000067890b77\n(rwxu) level 1 at 10a3b5a28',
      `kvm_mmu_set_spte: gfn 12345 spte 600000067890b77 ${' '.repeat(40)}\nx (rwxu) level 1 at 1`,
    ]) {
      assert.equal(new TextIndex(text).logEvent(0)?.hints, null, text);
    }
  });

  it('a broken trace replays like the whole one', () => {
    const lines = readFileSync('samples/npt-6.1.kvmtrace', 'utf8').split('\n').slice(0, 4000);
    const whole = TraceReplay.of(new TextIndex(lines.join('\n')));
    const broken = lines.flatMap((line) => wrap(line, 76)).join('\n');
    const again = TraceReplay.of(new TextIndex(broken.replace(/^/gm, '> ')));
    assert.ok(whole.changeCount > 100);
    assert.equal(again.changeCount, whole.changeCount);
  });
});
