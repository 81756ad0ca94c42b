import assert from 'node:assert/strict';

import {
  decodeEntry,
  type DecodedEntry,
  type DecodeRequest,
  findEntryFormat,
  hardwareFormat,
  TextIndex,
  translate,
} from '../../../src-core/index';
import { emptyRuns } from '../../../server/empty-runs';
import { lineText } from '../../../server/render/answer';
import { changeTable, consequenceOf, entryPhrase } from '../../../server/render/change';
import { dumpCommands } from '../../../server/render/dump-commands';
import { entryHeadline, entryInShort, entryMeaning } from '../../../server/render/entry';
import { levelText, shortSize } from '../../../server/render/quantities';
import { walkSummary } from '../../../server/render/walk';

function entry(value: bigint, more: Partial<DecodeRequest> = {}): DecodedEntry {
  const decoded = decodeEntry({ value, format: 'ept', level: 1, kernel: '6.1', ...more });
  assert.ok('kind' in decoded);
  return decoded;
}

const headline = (decoded: DecodedEntry): string => lineText(entryHeadline(decoded));

describe('entries in words', () => {
  it('begin with kind, size, rights and frame', () => {
    assert.equal(
      headline(entry(0x600000067890b77n)),
      'EPT leaf, 4 KiB, r w x → frame 0x67890 (HPA 0x67890000)',
    );
    assert.equal(
      headline(entry(0x103b2f827n, { format: 'npt64', level: 3 })),
      'NPT table entry, level 3 (PDPT) → table 0x103b2f000',
    );
    assert.equal(
      headline(entry(0x8000000012345067n, { format: 'guest64' })),
      'x86-64 leaf, 4 KiB, r w -, user → frame 0x12345 (PA 0x12345000)',
    );
    assert.equal(headline(entry(0n)), 'EPT empty entry, level 1 (EPT page table)');
  });

  it('tell an MMIO entry by what it caches', () => {
    const mmio = entry(0x80000cd801157n, { format: 'npt64' });
    assert.equal(
      headline(mmio),
      'NPT MMIO entry, level 1 (page table) → GFN 0xcd801 (GPA 0xcd801000), generation 0x2a, access write, user',
    );
    assert.equal(entryInShort(mmio), 'mmio gfn 0xcd801 gen 0x2a');
    // EPT's MMIO entries keep no access: there is none to tell. The first MMIO vector of EPT.
    const ept = entry(0xc0000000fee0235en, {
      format: 'ept',
      kernel: '4.4',
      cpu: { vendor: 'intel', maxPhysBits: 46 },
    });
    assert.match(headline(ept), /→ GFN 0xfee02 \(GPA 0xfee02000\), generation 0xd6$/);
  });

  it('say what the rights mean to KVM', () => {
    const [line] = entryMeaning(entry(0x600000067890b77n)).map(lineText);
    assert.equal(
      line,
      'writable now · host allows writing · MMU allows writing · accessed · dirty (hardware A/D) · write-back, guest PAT ignored',
    );
  });

  it('do not say that nothing is mapped where only KVM sees nothing', () => {
    const lines = entryMeaning(entry(0x67n, { format: 'npt64' })).map(lineText);
    assert.deepEqual(lines, [
      'KVM does not count the entry as present.',
      'the CPU takes it for present',
    ]);
  });

  it('count arm64 levels as the architecture does, with KVM’s beside', () => {
    assert.equal(levelText('arm64-stage2', 1), "level 3 (KVM's level 1)");
    assert.equal(levelText('ept', 4), 'level 4 (EPT PML4)');
    assert.equal(shortSize(0x20_0000), '2M');
  });

  it('are short in rows', () => {
    assert.equal(entryInShort(entry(0x600000067890b77n)), '4K rwx → 0x67890000');
    assert.equal(
      entryInShort(entry(0x103b2f827n, { format: 'npt64', level: 3 })),
      'table → 0x103b2f000',
    );
    assert.equal(entryInShort(entry(0n)), 'empty');
  });
});

describe('changes in words', () => {
  const empty = entry(0n);
  const writable = entry(0x600000067890b77n);
  const readOnly = entry(0x600000067890975n);
  const elsewhere = entry(0x600000067891b77n);
  const table = entry(0x107907n, { level: 2 });
  const large = entry(0x6000000400009f7n, { level: 2 });

  it('name what was and what is', () => {
    assert.equal(entryPhrase(empty), 'not present');
    assert.equal(entryPhrase(writable), 'a writable 4 KiB leaf');
    assert.equal(entryPhrase(readOnly), 'a read-only 4 KiB leaf');
    assert.equal(entryPhrase(table), 'a table');
  });

  it('tell what follows for KVM and for TLBs', () => {
    const after = (before: DecodedEntry, now: DecodedEntry): string =>
      consequenceOf({ before, after: now });
    assert.match(after(empty, writable), /one more 4 KiB page\. No flush is needed/);
    assert.match(after(writable, empty), /one 4 KiB page fewer\. CPUs may still hold/);
    assert.match(after(writable, readOnly), /^The right to write is taken away\./);
    assert.match(after(readOnly, writable), /^No right is taken away/);
    assert.match(after(writable, elsewhere), /KVM takes this for a bug/);
    assert.match(after(large, table), /^The 2 MiB page is split/);
    assert.match(after(table, large), /put together to one 2 MiB page\. CPUs may still hold/);
    assert.match(after(table, empty), /^Everything below this entry is unmapped with it\. CPUs/);
    assert.match(after(empty, table), /^A table is linked below this entry\. No flush is needed/);
    // W was there before: only accessed goes, which is no right.
    assert.match(after(writable, entry(0x600000067890a77n)), /^No right is taken away/);
    assert.match(after(table, entry(0x108907n, { level: 2 })), /KVM warns of it/);
  });

  it('list only what differs', () => {
    const { rows } = changeTable({ before: writable, after: readOnly });
    assert.deepEqual(
      rows.map((cells) => cells.map(lineText)),
      [
        ['rights', 'r w x', 'r x'],
        ['dirty', 'yes', 'no'],
      ],
    );
  });
});

describe('walks in words', () => {
  const format = findEntryFormat('guest64')!;
  const compiled = hardwareFormat('x86-64').compile({ levels: 4, cpu: { maxPhysBits: 40 } });
  const { memory } = new TextIndex(
    [
      '0000000000001000: 0x0000000000002067 0x0008000000002067',
      '0000000000001010: 0x0000000000005067 0x0000000000000000',
      '0000000000002000: 0x00000000000000e7 0x0000000000000000',
    ].join('\n'),
  );
  const summary = (address: bigint): string => {
    const walk = translate(memory, compiled, 0x1000n, address);
    const commands = walk.missing === null ? [] : dumpCommands(walk.missing, 8, 512);
    return walkSummary({ walk, format, commands, addressBits: compiled.addressBits });
  };

  it('answer in one line, whichever way they end', () => {
    assert.equal(summary(0x1234n), 'VA 0x1234 → PA 0x1234, 1 GiB page, r w x, user.');
    assert.equal(
      summary(0x4000_0000n),
      'VA 0x40000000 is not mapped: level 3 (PDPT) entry 1 at 0x2008 (0x0) is not present.',
    );
    assert.match(
      summary(0x80_0000_0000n),
      /^VA 0x8000000000: the walk faults at level 4 \(PML4\) entry 1 at 0x1008 \(0x8000000002067\)\. .*51/,
    );
    assert.equal(
      summary(0x100_0000_0000n),
      "The table at 0x5000 isn't in this dump. In QEMU: xp /512gx 0x5000; in gdb: x/512gx 0x5000; in crash: rd -p -64 0x5000 512.",
    );
    assert.match(summary(0x8000_0000_0000n), /^0x800000000000 is not canonical: .*\.$/);
  });
});

describe('runs of empty entries', () => {
  it('are whole lines, three at the least', () => {
    const empty = '0x0000000000000000 0x0000000000000000';
    const full = '0x0000000000002067 0x0000000000000000';
    const suppressed = '0x8000000000000000 0x8000000000000000';
    const lines = [full, empty, empty, suppressed, full, empty, full, empty];
    const text = lines.map(
      (words, at) => `${(0x1000 + at * 16).toString(16).padStart(16, '0')}: ${words}`,
    );
    assert.deepEqual(emptyRuns(new TextIndex(text.join('\n')), 5000), [
      { first: 1, last: 3, text: '… 7 empty entries …' },
    ]);
  });
});
