import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { translateNested, type Dimension } from '../../../src-core/walk/nested';
import { memoryOf } from './tables';

/*
 * A guest with one 4 KiB page over EPT. Guest tables at GPA 0x1000–0x4000, the page at GPA 0x5000;
 * EPT tables at HPA 0x10000–0x13000; GPA 0x1000 … 0x5000 lie at HPA 0x21000 … 0x25000.
 */
const present = 0x7n;
const ept = 0x7n;
const leaf = 0x37n;
const guestTables: [bigint, bigint][] = [
  [0x21000n, 0x2000n | present],
  [0x22000n, 0x3000n | present],
  [0x23000n, 0x4000n | present],
  [0x24000n, 0x5000n | present],
];
const eptTables: [bigint, bigint][] = [
  [0x10000n, 0x11000n | ept],
  [0x11000n, 0x12000n | ept],
  [0x12000n, 0x13000n | ept],
  ...[1n, 2n, 3n, 4n, 5n].map((frame): [bigint, bigint] => [
    0x13000n + frame * 8n,
    ((0x20n + frame) << 12n) | leaf,
  ]),
];
const guest: Dimension = {
  compiled: hardwareFormat('x86-64').compile({ levels: 4, cpu: {} }),
  root: 0x1000n,
};
const host: Dimension = {
  compiled: hardwareFormat('ept').compile({ levels: 4, cpu: {} }),
  root: 0x10000n,
};

/** The tables with some EPT leaves changed, by guest frame number. */
function walk(address: bigint, changed: Readonly<Record<number, bigint>> = {}) {
  const words = Object.entries(changed).map(([frame, entry]): [bigint, bigint] => [
    0x13000n + BigInt(frame) * 8n,
    entry,
  ]);
  return translateNested(memoryOf([...guestTables, ...eptTables, ...words]), guest, host, address);
}

const codes = (result: { findings: readonly { code: string }[] }) =>
  result.findings.map(({ code }) => code);

describe('walks in two dimensions', () => {
  it('translates GVA to GPA to HPA, and tells every entry in the order it is read', () => {
    const result = walk(0x123n);
    assert.equal(result.status, 'mapped');
    assert.equal(result.intermediate, 0x5123n);
    assert.equal(result.physical, 0x25123n);
    assert.equal(result.pageSize, 4096);
    assert.deepEqual(
      result.steps.map(({ dimension }) => dimension).join(''),
      // Four guest entries, each behind an EPT walk of four, and the page's own EPT walk.
      '22221222212222122221' + '2222',
    );
    assert.equal(result.steps.at(-1)!.entry, 0x25000n | leaf);
    assert.equal(result.tables.length, 4);
  });

  it('leaves the rights that both dimensions give', () => {
    const readOnly = walk(0n, { 5: 0x25000n | 0x31n });
    assert.deepEqual(readOnly.permissions, {
      ...readOnly.first.permissions,
      write: false,
      execute: false,
    });
  });

  it('says so when the second dimension does not map a table or the page', () => {
    const table = walk(0n, { 3: 0n });
    assert.equal(table.status, 'not-present');
    assert.equal(table.output, null);
    assert.deepEqual(codes(table), ['nested-table-unmapped']);
    const unreadable = walk(0n, { 3: 0x23000n | 0x34n });
    assert.equal(unreadable.status, 'not-present');
    assert.deepEqual(codes(unreadable), ['nested-table-unreadable']);
    const page = walk(0n, { 5: 0n });
    assert.equal(page.status, 'not-present');
    assert.equal(page.intermediate, 0x5000n);
    assert.equal(page.physical, null);
  });

  it('names the page that the memory does not hold, by its own address', () => {
    const held = new Map([...guestTables, ...eptTables].filter(([at]) => at !== 0x23000n));
    const source = { readWord: (at: bigint) => held.get(at) };
    const result = translateNested(source, guest, host, 0n);
    assert.deepEqual([result.status, result.missing], ['missing', 0x23000n]);
    const beyond = translateNested(
      { readWord: (at) => (at === 0x10000n ? 0x70_0000n | ept : undefined) },
      guest,
      host,
      0n,
    );
    assert.equal(beyond.missing, 0x70_0000n);
  });

  it('ends on any memory', () => {
    const word = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
    const cpu = { granule: '4K' as const };
    const s1 = hardwareFormat('arm64-stage1').compile({ levels: 4, cpu });
    const s2 = hardwareFormat('arm64-stage2').compile({ levels: 3, inputBits: 40, cpu });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 16 }), word, (words, address) => {
        const memory = {
          readWord: (at: bigint) => words[Number((at >> 3n) % BigInt(words.length))],
        };
        for (const [a, b] of [
          [guest, host],
          [
            { compiled: s1, root: 0n },
            { compiled: s2, root: 0n },
          ],
        ] as const) {
          const result = translateNested(memory, a, b, address);
          assert.ok(result.steps.length <= 5 * 5 + 5);
        }
      }),
      { numRuns: 500 },
    );
  });
});
