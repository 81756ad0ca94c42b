import assert from 'node:assert/strict';
import { TextIndex } from '../../../src-core/text/index';
import { parseLogLine } from '../../../src-core/text/log/log-event';
import { printers } from './dump-printers';
import { messageLines, traceLines } from './log-formats';
import { Dice, printLine } from './log-printer';

type Deform = (text: string) => string;

const eachLine =
  (deform: Deform): Deform =>
  (text) =>
    `${text.replace(/\n$/, '').split('\n').map(deform).join('\n')}\n`;
const before = (prefix: string): Deform => eachLine((line) => prefix + line);
const behind = (suffix: string): Deform => eachLine((line) => line + suffix);

/** What mail, terminals, loggers and recorders make of a text. */
const deformed: Readonly<Record<string, Deform>> = {
  'as it is': (text) => text,
  quoted: before('> '),
  'quoted twice, without blanks': before('>>'),
  barred: before('| '),
  'indented by a tabulator': before('\t'),
  dmesg: before('[ 1234.567890] '),
  'dmesg with the caller': before('[ 1234.567890][ T4711] '),
  'dmesg -T': before('[Tue Mar  5 12:00:00 2024] '),
  'dmesg -r': before('<4>[    1.000000] '),
  'a log level alone': before('<6>'),
  '/dev/kmsg': before('6,1234,1234567890,-;'),
  journalctl: before('Mar 05 12:00:00 host kernel: '),
  'journalctl -o short-iso-precise': before('2024-03-05T12:00:00.123456+01:00 host kernel: '),
  'syslog with the kernel’s own time': before('Mar  5 12:00:00 host-1 kernel: [ 1234.567890] '),
  'syslog on the wire': before('<4>Mar 05 12:00:00 host kernel: '),
  'kernel:': before(' kernel: '),
  logcat: before('03-05 12:00:00.000     0     0 I kernel  : '),
  'a serial console’s times': before('[2024-03-05 12:00:00.123] '),
  ts: before('Mar 05 12:00:00 '),
  'a clock': before('12:00:00.123 '),
  'date and clock': before('2024-03-05 12:00:00 '),
  'QEMU’s monitor': (text) => `(qemu) xp /64gx 0x3000\n${text}(qemu) `,
  'a prompt in each line': before('(qemu) '),
  'gdb’s prompt': before('(gdb) '),
  'crash’s prompt': before('crash> '),
  'WinDbg’s prompt': before('0: kd> '),
  'U-Boot’s prompt': before('=> '),
  'a patch': before('+'),
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'CR CR LF of script': (text) => text.replaceAll('\n', '\r\r\n'),
  colours: (text) => text.replace(/[0-9a-f]{8,}/g, '\u001b[1;32m$&\u001b[0m'),
  'erasing to the line’s end': behind('\u001b[K'),
  'erasing before it': before('\u001b[2K\u001b[0G'),
  'a window’s title': (text) => `\u001b]0;user@host: ~\u0007${text}`,
  'a window’s title, ended by ST': (text) => `\u001b]2;title\u001b\\${text}`,
  'bracketed paste': before('\u001b[?2004l'),
  'a character set': before('\u001b(B'),
  overtyped: before('(qemx\bu) '),
  'a bell': before('\u0007'),
  'NUL before': before('\u0000'),
  'NUL behind': behind('\u0000'),
  'blanks behind': behind('   '),
  'a tabulator behind': behind('\t'),
  'no-break blanks': (text) => text.replaceAll(': ', ':\u00a0'),
  'a byte order mark': (text) => `\ufeff${text}`,
};

const words = Array.from(
  { length: 64 },
  (_, at) => (BigInt(at * 7919 + 1) * 0x123456789n) & 0xffff_ffff_ffff_ffffn,
);

describe('what mail, terminals and loggers make of dumps', () => {
  for (const [name, deform] of Object.entries(deformed)) {
    it(`${name}: every word of every dialect`, () => {
      for (const printer of printers) {
        const text = deform(printer.print(words, 0x3000n));
        for (const given of [text, new TextEncoder().encode(text)]) {
          const index = new TextIndex(given);
          const read = words.map((_, at) => index.memory.readWord(0x3000n + BigInt(at * 8)));
          assert.deepEqual(read, words, `${printer.name}\n${text.slice(0, 400)}`);
          assert.deepEqual(index.findings(), [], printer.name);
        }
      }
    });
  }
});

describe('what mail, terminals and loggers make of logs', () => {
  const dice = new Dice(3);
  const prefix = '       CPU 0/KVM-4711    [003] d....  1234.567890: ';
  const lines = [
    ...traceLines.map(({ format }) => prefix + printLine(format, dice).text),
    ...messageLines.map(({ format }) => printLine(format, dice).text),
  ];
  const numbers = (line: string | undefined): unknown[] =>
    (parseLogLine(line ?? '')?.fields ?? []).flatMap(({ name, value }) =>
      value === null ? [] : [[name, value]],
    );
  for (const [name, deform] of Object.entries(deformed)) {
    it(`${name}: every event with its values`, () => {
      for (const line of lines) {
        const expected = parseLogLine(line)!;
        const index = new TextIndex(deform(`${line}\n`));
        const found = [...index.events()].find(
          (event) => index.logEvent(event.line)?.name === expected.name,
        );
        assert.ok(found, JSON.stringify(deform(line)));
        const text = index.lineText(found.line);
        assert.deepEqual(numbers(text), numbers(line), JSON.stringify(text));
      }
    });
  }
});

describe('lines of a megabyte', () => {
  const long = 'x'.repeat(1 << 20);
  const row = '0000000103b30000: 0x0000000103b2f827 0x0000000103b23827';
  for (const [name, text] of [
    ['of letters', long],
    ['of digits', '0'.repeat(1 << 20)],
    ['of blanks', ' '.repeat(1 << 20)],
    ['of quote marks', '> '.repeat(1 << 19)],
    ['of brackets', '[1] '.repeat(1 << 18)],
    ['of tabulators', '\t'.repeat(1 << 20)],
    ['of escapes', '\u001b['.repeat(1 << 19)],
    ['of colons', 'kvm: '.repeat(1 << 18)],
    ['of an event', `kvm_mmu_set_spte: gfn 1 ${long}`],
    ['of backspaces', '\b'.repeat(1 << 20)],
  ] as const) {
    it(`${name} are left behind, soon, and the next line is read`, () => {
      const started = performance.now();
      const index = new TextIndex(`${text}\n${row}\n`);
      index.dumpLine(0);
      index.logEvent(0);
      index.wordAt(0, 1 << 19);
      assert.equal(index.memory.readWord(0x103b30008n), 0x103b23827n);
      const took = performance.now() - started;
      assert.ok(took < 1500, `${took} ms`);
    });
  }
});
