import assert from 'node:assert/strict';

import { audit, hardwareFormat, tableGraph } from '../../../src-core/index';
import { captureTrees } from './capture-trees';
import { memoryOf } from './tables';

type Words = readonly (readonly [bigint, bigint])[];

/** Bits of a present, writable, user table entry; of leaves, what each test is about. */
const table = 0x7n;
const nx = 1n << 63n;
const x8664 = hardwareFormat('x86-64').compile({ levels: 4, cpu: { maxPhysBits: 46 } });
const ept = hardwareFormat('ept').compile({ levels: 4, cpu: { maxPhysBits: 46 } });

/** Four tables in a row, with these entries in the last: a level-1 table of 0x4000. */
function chain(leaves: Words, more: Words = []): Words {
  return [
    [0x1000n, 0x2000n | table],
    [0x2000n, 0x3000n | table],
    [0x3000n, 0x4000n | table],
    ...leaves.map(([index, value]) => [0x4000n + index * 8n, value] as const),
    ...more,
  ];
}

function auditGuest(words: Words) {
  const graph = tableGraph(memoryOf(words), x8664, 0x1000n);
  return audit(graph, { format: 'guest64', cpu: { maxPhysBits: 46 } });
}

const said = (report: ReturnType<typeof audit>) =>
  report.findings.map(({ code, level, index, count }) => `${code} L${level}[${index}]x${count}`);

describe('an audit of built tables', () => {
  it('finds nothing in tables that nothing is wrong with', () => {
    const report = auditGuest(chain([0n, 1n, 2n].map((at) => [at, ((8n + at) << 12n) | 3n | nx])));
    assert.deepEqual(said(report), []);
    assert.equal(report.leaves, 3);
    assert.equal(report.tables, 4);
    assert.equal(report.incomplete, false);
  });

  it('finds reserved bits, at the entry, with the bits', () => {
    const report = auditGuest(chain([[5n, (1n << 50n) | 0x9003n | nx]]));
    assert.deepEqual(said(report), ['reserved-bits L1[5]x1']);
    const finding = report.findings[0]!;
    assert.equal(finding.severity, 'error');
    assert.deepEqual(finding.bits, [50]);
    assert.equal(finding.entryAddress, 0x4028n);
    assert.equal(finding.input, 0x5000n);
    assert.equal(finding.entry, (1n << 50n) | 0x9003n | nx);
  });

  it('finds a large page that is not aligned to its size', () => {
    const report = auditGuest([...chain([]), [0x3010n, 0x40_3083n | nx]]);
    assert.deepEqual(said(report), ['misaligned-leaf L2[2]x1']);
  });

  it('finds memory types and rights that EPT does not have', () => {
    const words = chain([
      [0n, 0x9000n | 0x32n],
      [1n, 0xa000n | (2n << 3n) | 7n],
    ]);
    const report = audit(tableGraph(memoryOf(words), ept, 0x1000n), {
      format: 'ept',
      kernel: '6.1',
      cpu: { maxPhysBits: 46 },
    });
    const bad = report.findings.filter(({ code }) => code === 'bad-memory-type-xwr');
    assert.deepEqual(
      bad.map(({ index, severity }) => `${index} ${severity}`),
      ['0 error', '1 error'],
    );
  });

  it("finds KVM's invariants broken", () => {
    // v5.13 – v5.18 EPT: bit 11 MMU-present, 58 MMU-writable, 57 host-writable (facts/x86-kvm.md).
    const mmuWritable = 1n << 58n;
    const report = audit(
      tableGraph(memoryOf(chain([[3n, mmuWritable | 0x9000n | 0x875n]])), ept, 0x1000n),
      { format: 'ept', kernel: '5.18' },
    );
    assert.ok(said(report).includes('invariant-mmu-writable-not-host-writable L1[3]x1'));
  });

  it('finds a table that is not in the memory', () => {
    const memory = memoryOf([...chain([]), [0x3008n, 0x7_0000n | table]]);
    memory.remove(0x70);
    const report = audit(tableGraph(memory, x8664, 0x1000n), { format: 'guest64' });
    assert.deepEqual(said(report), ['missing-table L2[1]x1']);
    assert.match(report.findings[0]!.message, /0x70000/);
  });

  it('finds a table that points back to itself, and does not follow it', () => {
    const report = auditGuest([...chain([[0n, 0x9003n | nx]]), [0x1ff8n, 0x1000n | table]]);
    assert.deepEqual(said(report), ['cycle L4[511]x1']);
    assert.equal(report.tables, 4);
    assert.equal(report.findings[0]!.input, 0xffff_ff80_0000_0000n);
  });

  it('finds a frame that is mapped with other rights, by a large page too', () => {
    const report = auditGuest(
      chain(
        [
          [0n, 0x9003n | nx],
          [1n, 0x9001n | nx],
          [2n, 0x40_1001n | nx],
        ],
        [[0x3008n, 0x40_0083n | nx]],
      ),
    );
    const aliases = report.findings.filter(({ code }) => code === 'alias-permissions');
    assert.deepEqual(
      aliases.map(({ index, other }) => [index, other]),
      [
        [1, 0x4000n],
        [2, 0x3008n],
      ],
    );
    assert.equal(report.counts.get('alias-permissions'), 2);
  });

  it('judges rights over the whole walk', () => {
    // The same leaf bits; the second below a table without W.
    const words = chain(
      [[0n, 0x9003n | nx]],
      [
        [0x3008n, 0x5000n | 0x5n],
        [0x5000n, 0x9003n | nx],
      ],
    );
    assert.deepEqual(said(auditGuest(words)), ['alias-permissions L1[0]x1']);
  });

  it('finds a frame that is mapped with another memory type', () => {
    const report = auditGuest(
      chain([
        [0n, 0x9003n | nx],
        [1n, 0x9013n | nx],
      ]),
    );
    assert.deepEqual(said(report), ['alias-memory-type L1[1]x1']);
  });

  it('finds pages that can be written and executed, neighbours as one', () => {
    const words = chain([4n, 5n, 6n, 9n].map((at) => [at, ((0x20n + at) << 12n) | 3n]));
    const report = auditGuest(words);
    assert.deepEqual(said(report), [
      'writable-and-executable L1[4]x3',
      'writable-and-executable L1[9]x1',
    ]);
    assert.equal(report.counts.get('writable-and-executable'), 4);
  });

  it('lists so many of a code and counts them all', () => {
    const words = chain([0n, 2n, 4n, 6n].map((at) => [at, ((0x20n + at) << 12n) | 3n]));
    const graph = tableGraph(memoryOf(words), x8664, 0x1000n);
    const report = audit(graph, { format: 'guest64', listed: 3 });
    assert.equal(report.findings.length, 3);
    assert.equal(report.counts.get('writable-and-executable'), 4);
  });
});

describe("an audit of captures' tables", () => {
  for (const { run, memory, root, format, compiled, kernel, leaves } of captureTrees()) {
    it(`${run}, root 0x${root.toString(16)}: errors where the run has some, and only there`, () => {
      const report = audit(tableGraph(memory, compiled, root), { format, kernel });
      const errors = report.findings.filter(({ severity }) => severity === 'error');
      assert.equal(report.unexamined, 0);
      if (run === 'corrupt-6.12') {
        // faults.json: reserved bit 51 set in a leaf SPTE.
        assert.deepEqual(
          errors.map(({ code, entryAddress, entry, input, bits }) => ({
            code,
            entryAddress,
            entry,
            input,
            bits,
          })),
          [
            {
              code: 'reserved-bits',
              entryAddress: 0x2ff5000n,
              entry: 0x8_0000_0384_fe67n,
              input: 0x800_0000n,
              bits: [51],
            },
          ],
        );
      } else if (format === 'pae') {
        // QEMU sets the accessed bit in a PAE root, where it is reserved: the capture's README.
        assert.deepEqual(
          errors.map(({ code, level, count, bits }) => ({ code, level, count, bits })),
          [{ code: 'reserved-bits', level: 3, count: 4, bits: [5] }],
        );
      } else assert.deepEqual(errors, []);
      // The capture's script counted the leaves of this root with those KVM alone calls leaves.
      if (leaves > 0 && run !== 'corrupt-6.12' && run !== 'ept-6.12') {
        assert.equal(report.leaves, leaves);
      }
    });
  }
});
