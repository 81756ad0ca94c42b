import assert from 'node:assert/strict';
import { parseDirective } from '../../../src-core/text/directive';
import { TextIndex } from '../../../src-core/text/index';
import { type LogField, parseLogLine } from '../../../src-core/text/log/log-event';
import { parseDumpLine, wordAt } from '../../../src-core/text/words';

describe('words at a place', () => {
  it('units of a dump are put together to entries', () => {
    const line = '0000000103b2e000: 0x03b2d827 0x00000001 0x00000000 0x80000000';
    assert.deepEqual(
      parseDumpLine(line)?.words.map(({ address, value, start, end }) => [
        address,
        value,
        start,
        end,
      ]),
      [
        [0x103b2e000n, 0x103b2d827n, 18, 39],
        [0x103b2e008n, 0x8000000000000000n, 40, 61],
      ],
    );
    assert.equal(parseDumpLine(line, 4)?.words.length, 4);
    const bytes = '00000010  27 d8 b2 03 01 00 00 00  00 00 00 00 00 00 00 80  |........|';
    assert.deepEqual(
      parseDumpLine(bytes)?.words.map(({ value }) => value),
      [0x103b2d827n, 0x8000000000000000n],
    );
  });

  for (const [text, column, expected] of [
    ['see 0x600000067890b77 there', 5, 0x600000067890b77n],
    ['see 0x600000067890b77 there', 4, 0x600000067890b77n],
    ['see 0x600000067890b77 there', 21, 0x600000067890b77n],
    ['see 0x600000067890b77 there', 22, undefined],
    ['spte 8600000067890b77.', 10, 0x8600000067890b77n],
    ['WinDbg 00000000`67890b77', 10, 0x67890b77n],
    ['too short 67890b77', 12, undefined],
    ['0x112233445566778899 is too wide', 4, undefined],
    ['x0x12 is none', 3, undefined],
    ['', 0, undefined],
  ] as const) {
    it(`'${text}' at ${column}`, () => assert.equal(wordAt(text, column)?.value, expected));
  }
});

interface Sample {
  readonly line: string;
  readonly name: string;
  readonly values: Readonly<Record<string, bigint>>;
}

describe('words of log lines', () => {
  const samples: readonly Sample[] = [
    {
      line: '       CPU 0/KVM-4711    [003] d....  1234.567890: kvm_tdp_mmu_spte_changed: as id 0 gfn 12345 level 1 old_spte 0 new_spte 600000067890b77',
      name: 'kvm_tdp_mmu_spte_changed',
      values: { gfn: 0x12345n, level: 1n, old_spte: 0n, new_spte: 0x600000067890b77n },
    },
    {
      line: 'CPU 0/KVM  4711 [003]  1234.567890: kvmmmu:kvm_mmu_set_spte: gfn 12345 spte 600000067890b77 (rwxu) level 1 at 10a3b5a28',
      name: 'kvm_mmu_set_spte',
      values: { gfn: 0x12345n, spte: 0x600000067890b77n, level: 1n, at: 0x10a3b5a28n },
    },
    {
      line: '> fast_page_fault: vcpu 0 gva 12345000 error_code P|W sptep 000000003c5b1d2e old 0x600000067890975 new 600000067890977 spurious 0 fixed 1',
      name: 'fast_page_fault',
      values: { gva: 0x12345000n, old: 0x600000067890975n, new: 0x600000067890977n, fixed: 1n },
    },
    {
      line: 'check_mmio_spte: spte fee00096 kvm_gen 12 spte-gen 12 valid 1',
      name: 'check_mmio_spte',
      values: { spte: 0xfee00096n, kvm_generation: 0x12n, spte_generation: 0x12n, valid: 1n },
    },
    {
      line: '[ 1234.567893] ------ spte = 0x10a3b5907 level = 4, rsvd bits = 0xfc000000000f8',
      name: 'spte-hierarchy',
      values: { spte: 0x10a3b5907n, level: 4n, reserved: 0xfc000000000f8n },
    },
    {
      line: '------ spte 0x10a3b5107 level 4.',
      name: 'spte-hierarchy',
      values: { spte: 0x10a3b5107n, level: 4n },
    },
  ];
  for (const { line, name, values } of samples) {
    it(`${name}: ${line.slice(0, 50)}`, () => {
      const event = parseLogLine(line);
      assert.equal(event?.name, name);
      for (const [field, value] of Object.entries(values)) {
        const found: LogField | undefined = event.fields.find(
          (candidate) => candidate.name === field,
        );
        assert.equal(found?.value, value, field);
        assert.equal(line.slice(found.start, found.end), found.text);
        const word = wordAt(line, found.start + 1);
        assert.ok(word?.kind === 'log-field' && word.field.name === field);
      }
    });
  }
  it('are counted by a text index', () => {
    const index = new TextIndex(samples.map(({ line }) => line).join('\r\n'));
    const total = [...index.eventCounts().values()].reduce((sum, count) => sum + count, 0);
    assert.equal(total, samples.length);
  });
});

describe('the comment line of a file', () => {
  it('stands behind any mark, and every key is understood', () => {
    for (const mark of ['', '# ', '// ', '; ', '  -- ', '> # ', '/* ']) {
      const parsed = parseDirective(
        `${mark}pagewalk: format=ept kernel=6.1 root=0x103b30000 level=4 maxphyaddr=46 l1tf_bug=true`,
      );
      assert.ok(parsed, mark);
      assert.deepEqual(parsed.problems, []);
      const { format, kernel, root, level, config } = parsed.directive;
      assert.deepEqual(
        [format?.name, kernel, root, level, config],
        ['ept', '6.1', 0x103b30000n, 4, { maxPhysBits: 46, l1tfBug: true }],
      );
    }
  });

  it('tells what it does not understand, and where', () => {
    const line = '# pagewalk: format=epd colour=red level=9 root=xyz lonely';
    const { problems } = parseDirective(line)!;
    assert.deepEqual(
      problems.map(({ start, end }) => line.slice(start, end)),
      ['format=epd', 'colour=red', 'level=9', 'root=xyz', 'lonely'],
    );
    const index = new TextIndex(`text\n${line}\n`);
    assert.deepEqual(
      index.findings().map(({ code, line: at }) => [code, at]),
      problems.map(() => ['directive', 1]),
    );
  });

  it('is none in the middle of a sentence', () => {
    assert.equal(parseDirective('see pagewalk: format=ept'), undefined);
  });

  it('of a file: the later counts', () => {
    const index = new TextIndex(
      '# pagewalk: format=ept maxphyaddr=40\n# pagewalk: format=npt64 nx=false\n',
    );
    const { format, config } = index.directive();
    assert.equal(format?.name, 'npt64');
    assert.deepEqual(config, { maxPhysBits: 40, nx: false });
  });
});
