import assert from 'node:assert/strict';

import {
  type LogEvent,
  type LogField,
  parseLogLine,
  plainText,
} from '../../../src-core/text/log/log-event';
import { knownEvents } from '../../../src-core/text/log/registry';
import { TextIndex } from '../../../src-core/text/index';
import {
  type DocumentedLine,
  messageLines,
  messagePrefixes,
  plainLines,
  traceLines,
  tracePrefixes,
} from './log-formats';
import { Dice, type PrintedLine, printLine } from './log-printer';

const rounds = 12;

function check(documented: DocumentedLine, prefix: string, printed: PrintedLine): void {
  const text = prefix + printed.text;
  const event = parseLogLine(text);
  const where = JSON.stringify(text);
  assert.equal(event?.name, documented.event, where);
  assert.notEqual(event.hints, null, `${where} is in no form`);
  for (const { name, text: shown, value, start } of printed.fields) {
    const field: LogField | undefined = event.fields.find((one) => one.name === name);
    assert.ok(field, `${where} has no ${name}`);
    checkPlace(event, text, name);
    assert.equal(
      field.end,
      prefix.length + start + shown.trimEnd().length,
      `${where} ${name} ends`,
    );
    if (value === null) assert.equal(field.text.trim(), shown.trim(), where);
    else assert.equal(field.value, value, `${where} ${name}`);
  }
}

function checkPlace(event: LogEvent, text: string, name: string): void {
  const field = event.fields.find((one) => one.name === name)!;
  assert.equal(text.slice(field.start, field.end), field.text, `${text} ${name}`);
}

const sets: readonly [string, readonly DocumentedLine[], readonly string[]][] = [
  ['tracers', traceLines, tracePrefixes],
  ['kernel logs', messageLines, messagePrefixes],
  ['files and answers', plainLines, ['', '> ']],
];

describe('log lines printed from their documented formats', () => {
  for (const [title, lines, prefixes] of sets) {
    describe(title, () => {
      for (const [number, documented] of lines.entries()) {
        it(`${documented.event}: ${documented.format.slice(0, 90)}`, () => {
          const dice = new Dice(number + 1);
          for (let round = 0; round < rounds; round++) {
            for (const prefix of prefixes)
              check(documented, prefix, printLine(documented.format, dice));
          }
        });
      }
    });
  }

  it('is so for every event of every family', () => {
    const documented = new Set(sets.flatMap(([, lines]) => lines.map(({ event }) => event)));
    const without = knownEvents
      .map(({ spec }) => spec.name)
      .filter((name) => !documented.has(name));
    assert.deepEqual(without, []);
  });

  it('finds in a text what it finds in single lines', () => {
    const dice = new Dice(99);
    const all = sets.flatMap(([, lines, prefixes]) =>
      lines.flatMap((documented) =>
        prefixes.map((prefix) => ({
          documented,
          text: prefix + printLine(documented.format, dice).text,
        })),
      ),
    );
    const index = new TextIndex(all.map(({ text }) => text).join('\n'));
    const found = new Map([...index.events()].map(({ line, event }) => [line, event]));
    for (const [line, { documented, text }] of all.entries()) {
      const event = found.get(line);
      assert.notEqual(event, undefined, text);
      assert.equal(knownEvents[event!]!.spec.name, documented.event, text);
    }
  });
});

describe('log lines that are cut or broken', () => {
  it('never throw, wherever they end and whatever stands in them', () => {
    const dice = new Dice(7);
    for (const [, lines, prefixes] of sets) {
      for (const documented of lines) {
        const whole =
          prefixes[dice.below(prefixes.length)]! + printLine(documented.format, dice).text;
        for (let end = 0; end <= whole.length; end++) parseLogLine(whole.slice(0, end));
        for (let round = 0; round < 40; round++) {
          const at = dice.below(whole.length);
          const broken =
            whole.slice(0, at) +
            String.fromCharCode(dice.below(0x300)) +
            whole.slice(at + dice.below(3));
          for (const field of parseLogLine(broken)?.fields ?? []) {
            assert.equal(plainText(broken.slice(field.start, field.end)), field.text);
          }
        }
      }
    }
  });

  it('take no time that grows with the square of a line', () => {
    const long = `kvm_exit: vcpu 0 reason ${'x '.repeat(400_000)}`;
    const started = performance.now();
    assert.equal(parseLogLine(long)?.hints, null);
    assert.ok(performance.now() - started < 1000);
  });
});
