import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { findRoleLayout, encodeRole, roleFields } from '../../../src-core/kvm/role';
import { linesOfEvent } from '../../../src-core/text/log/event-lines';
import { parseLogLine } from '../../../src-core/text/log/log-event';
import { logRoots } from '../../../src-core/text/log/log-roots';
import { type PrintedRole, printedRole } from '../../../src-core/text/log/page-role';
import { TextIndex } from '../../../src-core/text/index';
import { fixturePlace, sharedPlace } from '../../golden/places';

const captures = sharedPlace('captures', 'x86') ?? fixturePlace('logs');

/** Files of one name in all captures, or in the small set beside the tests. */
function filesNamed(pattern: RegExp): { name: string; text: string }[] {
  return readdirSync(captures, { recursive: true })
    .map(String)
    .filter((name) => pattern.test(name.split(path.sep).at(-1)!))
    .sort()
    .map((name) => ({ name, text: readFileSync(path.join(captures, name), 'utf8') }));
}

const read = (...parts: string[]): string => readFileSync(path.join(captures, ...parts), 'utf8');
const has = (...parts: string[]): boolean => existsSync(path.join(captures, ...parts));

/** Names before the colon in traces that this project has no family for: what the scenario itself wrote. */
const foreign = new Set(['tracing_mark_write', 'kvm_emulate_insn', 'print']);

describe('log lines of captures', () => {
  for (const { name, text } of filesNamed(/^(trace.*|perf-script)\.txt$/)) {
    it(`${name}: every event is in a known form, with its values where they stand`, () => {
      const lines = text.split('\n');
      for (const line of lines) {
        const known = /[0-9]:\s+(?:kvm(?:mmu)?:)?([a-z][a-z_0-9]*):/.exec(line)?.[1];
        if (line.startsWith('#') || known === undefined || foreign.has(known)) continue;
        const event = parseLogLine(line);
        assert.equal(event?.name, known, line);
        assert.notEqual(event.hints, null, `no form: ${line}`);
        for (const { text: shown, start, end, value, name: field } of event.fields) {
          assert.equal(line.slice(start, end), shown, line);
          const digits = /^(?:0x)?([0-9a-f]+)$/.exec(shown)?.[1];
          const spelled = value !== null && digits !== undefined;
          if (spelled && BigInt(`0x${digits}`) !== value)
            assert.equal(BigInt(shown), value, `${line} ${field}`);
        }
      }
    });
  }

  for (const { name, text } of filesNamed(/^dmesg-vmcb-dump\.txt$/)) {
    it(`${name}: the dump names KVM's root`, () => {
      const folder = path.dirname(name);
      const meta = JSON.parse(read(folder, 'meta.json')) as { format: string };
      const roots = text.split('\n').flatMap((line) => {
        const event = parseLogLine(line);
        return event ? logRoots(event) : [];
      });
      const kvm = roots.filter(({ owner }) => owner === 'kvm');
      assert.equal(kvm.length, 1);
      assert.match(meta.format, kvm[0]!.formats.includes('npt64') ? /^NPT/ : /^EPT/);
      // The dump was made before the root that meta.json names: the trace's first root is the one.
      const first = /root_hpa=(0x[0-9a-f]+) root_level=(\d)/.exec(read(folder, 'trace.txt'))!;
      assert.equal(kvm[0]!.address, BigInt(first[1]!));
      if (kvm[0]!.levels !== null) assert.equal(kvm[0]!.levels, Number(first[2]));
    });
  }

  if (has('oops-6.1', 'pgd-lines.json')) {
    it('oops-6.1: every PGD line, its entries with their levels, and the address it belongs to', () => {
      const expected = JSON.parse(read('oops-6.1', 'pgd-lines.json')) as {
        address: string;
        error_code: string | null;
        line: string;
      }[];
      const lines = read('oops-6.1', 'console-with-faults.txt').split('\n');
      const eventOf = (line: number) => (line in lines ? parseLogLine(lines[line]!) : undefined);
      const found = lines.flatMap((_, line) => (eventOf(line)?.name === 'pgd-line' ? [line] : []));
      assert.equal(found.length, expected.length);
      for (const [index, line] of found.entries()) {
        const { address, error_code: code, line: told } = expected[index]!;
        const event = eventOf(line)!;
        const entries = [...told.matchAll(/(PGD|P4D|PUD|PMD|PTE) ([0-9a-f]+)/g)];
        assert.deepEqual(
          event.fields.map(({ value, level }) => [level, value]),
          entries.map(([, name, hex]) => [
            { PGD: 5, P4D: 4, PUD: 3, PMD: 2, PTE: 1 }[name!],
            BigInt(`0x${hex!}`),
          ]),
        );
        const { first, last } = linesOfEvent(line, eventOf);
        assert.equal(
          eventOf(first)!.fields.find(({ role }) => role === 'gva')!.value,
          BigInt(`0x${address}`),
        );
        const codes = lines
          .slice(first, last + 1)
          .flatMap((one) => parseLogLine(one)?.fields ?? []);
        const shown = codes.find(({ role }) => role === 'error-code');
        assert.equal(shown?.value ?? null, code === null ? null : BigInt(code));
      }
    });
  }

  if (has('corrupt-6.12', 'faults.json')) {
    it('corrupt-6.12: the hierarchy is one event, and the entry that was spoilt is in it', () => {
      const faults = JSON.parse(read('corrupt-6.12', 'faults.json')) as [
        string,
        { gpa: string; new: string },
      ][];
      const index = new TextIndex(read('corrupt-6.12', 'console-with-faults.txt'));
      const heads = [...index.events()]
        .map(({ line }) => line)
        .filter((line) => index.logEvent(line)!.name === 'get_mmio_spte');
      assert.equal(heads.length, faults.length);
      for (const [place, [, fault]] of faults.entries()) {
        const head = heads[place]!;
        assert.equal(index.logEvent(head)!.fields[0]!.value, BigInt(fault.gpa));
        const { first, last } = linesOfEvent(head + 2, (line) => index.logEvent(line));
        assert.deepEqual([first, last], [head, head + 4]);
        const leaf = index.logEvent(last)!.fields;
        assert.equal(leaf.find(({ role }) => role === 'spte')!.value, BigInt(fault.new));
        const mask = leaf.find(({ role }) => role === 'mask')!.value!;
        assert.notEqual(BigInt(fault.new) & mask, 0n);
      }
    });
  }

  for (const { name, text } of filesNamed(/^(info-tlb|info-mem)\.txt$/)) {
    it(`${name}: every line`, () => {
      const lines = text.split('\n').filter((line) => /^[0-9a-f]{16}[:-]/.test(line));
      const index = new TextIndex(lines.join('\n'));
      assert.equal([...index.events()].length, lines.length);
      assert.equal(index.memory.frameCount, 0, 'no line is taken for a dump');
      for (const line of lines) {
        const numbers = line.match(/[0-9a-f]{16}/g)!.map((hex) => BigInt(`0x${hex}`));
        const values = parseLogLine(line)!.fields.flatMap(({ value }) =>
          value === null ? [] : [value],
        );
        assert.deepEqual(values, numbers, line);
      }
    });
  }

  for (const { name, text } of filesNamed(/^(kernel|current_kernel)\.txt$/)) {
    it(`${name}: every line is a marker or a range`, () => {
      const lines = text.split('\n').filter((line) => line !== '');
      const unit: Readonly<Record<string, bigint>> = { K: 10n, M: 20n, G: 30n, T: 40n };
      for (const line of lines) {
        const event = parseLogLine(line)!;
        assert.notEqual(event.hints, null, line);
        if (event.name === 'ptdump-marker') continue;
        const of = (field: string) => event.fields.find((one) => one.name === field)!;
        const size = of('end').value! - of('start').value!;
        assert.equal(of('size').value! << unit[of('unit').text]!, BigInt.asUintN(64, size), line);
      }
    });
  }

  if (has('npt-6.12', 'trace-cmd-report-raw.txt')) {
    it('npt-6.12: roles parsed from the kernel’s words agree with the role words of the same events', () => {
      const roleOf = (line: string) => parseLogLine(line)!;
      const pages = (file: string) =>
        read('npt-6.12', file)
          .split('\n')
          .filter((line) => line.includes('kvm_mmu_get_page:'));
      const words = pages('trace-cmd-report-raw.txt');
      const printed = pages('trace.txt').slice(0, words.length);
      const layout = findRoleLayout('6.12');
      assert.ok(!('problem' in layout));
      assert.ok(words.length >= 8);
      for (const [index, line] of printed.entries()) {
        const told: PrintedRole = printedRole(roleOf(line), layout)!;
        const whole: PrintedRole = printedRole(roleOf(words[index]!), layout)!;
        for (const [field, value] of Object.entries(told.fields)) {
          assert.equal(value, whole.fields[field], `${line} ${field}`);
        }
        const gfn = (text: string) => roleOf(text).fields.find(({ role }) => role === 'gfn')!.value;
        assert.equal(gfn(line), gfn(words[index]!));
        const again = encodeRole(told.fields, layout);
        assert.ok(typeof again === 'bigint');
        assert.deepEqual(roleFields(again, layout).level, told.fields.level);
      }
    });
  }

  for (const { name, text } of filesNamed(/^trace\.txt$/).slice(0, 3)) {
    it(`${name}: reads alike at once, cut anywhere and line by line`, () => {
      const bytes = new TextEncoder().encode(text.slice(0, 60_000));
      const whole = new TextIndex(bytes);
      const one = [...whole.events()];
      const alone = text
        .slice(0, 60_000)
        .split('\n')
        .flatMap((line, number) => (parseLogLine(line) ? [number] : []));
      assert.deepEqual(
        one.map(({ line }) => line),
        alone,
      );
      for (let end = 0; end < 3000; end += 17) {
        const cut = new TextIndex(bytes.subarray(0, end));
        for (const { line } of cut.events()) cut.logEvent(line);
      }
    });
  }
});
