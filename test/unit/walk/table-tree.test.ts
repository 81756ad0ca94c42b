import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { indexedImage } from '../../../src-core/memory/raw-image';
import type { HardwareFormatName } from '../../../src-core/paging/format';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { TextIndex } from '../../../src-core/text/index';
import { tableTree } from '../../../src-core/walk/table-tree';
import { sharedPlace } from '../../golden/places';

interface Page {
  readonly hpa: string;
  readonly level: number;
  readonly covers_from: string;
  readonly file_offset: number;
  readonly root?: string;
  readonly format?: string;
}

const formats: Readonly<Record<string, readonly [HardwareFormatName, number]>> = {
  'EPT-4': ['ept', 4],
  'NPT-4': ['npt', 4],
  'NPT-5': ['npt', 5],
  'shadow-64-4': ['x86-64', 4],
  'shadow-PAE': ['pae', 3],
  'shadow-PAE-for-32bit-guest': ['pae', 3],
};

const folder = sharedPlace('captures', 'x86');
const runs = folder === undefined ? [] : readdirSync(folder);

describe('tables below a root', () => {
  for (const run of runs) {
    const index = path.join(folder!, run, 'tables.json');
    if (!existsSync(index)) continue;
    const { pages } = JSON.parse(readFileSync(index, 'utf8')) as { pages: Page[] };
    it(`${run}: level and first address of ${pages.length} tables`, () => {
      const image = readFileSync(path.join(folder!, run, 'tables.bin'));
      const { memory } = indexedImage(
        image,
        pages.map((page) => ({ address: BigInt(page.hpa), fileOffset: page.file_offset })),
      );
      for (const [root, below] of byRoot(pages)) {
        const [name, levels] = formats[below[0]!.format!]!;
        const compiled = hardwareFormat(name).compile({ levels, cpu: { maxPhysBits: 51 } });
        const { byAddress } = tableTree(memory, compiled, BigInt(root));
        assert.equal(byAddress.size, below.length);
        for (const { hpa, level, covers_from: first } of below) {
          const table = byAddress.get(Number(BigInt(hpa)));
          assert.equal(table?.level, level, hpa);
          assert.equal(BigInt.asUintN(48, table.first), BigInt.asUintN(48, BigInt(first)), hpa);
        }
      }
    });
  }

  it('are entered once each, also when they are shared or point back to themselves', () => {
    const { memory } = new TextIndex(
      [
        // Entry 0 points at the next table, entry 1 at the root itself.
        '0000000000001000: 0x0000000000002067 0x0000000000001067',
        // Twice the same table.
        '0000000000002000: 0x0000000000003067 0x0000000000003067',
        '0000000000003000: 0x0000000000004067 0x00000000000000e7',
        '0000000000003010: 0x0000000000000002 0x8000000000000000',
      ].join('\n'),
    );
    const compiled = hardwareFormat('x86-64').compile({ levels: 4, cpu: {} });
    const { root, byAddress } = tableTree(memory, compiled, 0x1000n);
    assert.deepEqual([...byAddress.keys()], [0x1000, 0x2000, 0x3000]);
    assert.deepEqual(root.counts, { ...none, tables: 2, unknown: 510 });
    assert.deepEqual(byAddress.get(0x3000)?.counts, {
      ...none,
      missing: 1,
      leaves: 1,
      software: 1,
      empty: 1,
      unknown: 508,
    });
  });

  it('write addresses of the upper half in canonical form', () => {
    const { memory } = new TextIndex(
      '0000000000001ff0: 0x0000000000000000 0x0000000000002067\n0000000000002000: 0x0000000000000000 0x0000000000000000\n',
    );
    const compiled = hardwareFormat('x86-64').compile({ levels: 4, cpu: {} });
    const { byAddress } = tableTree(memory, compiled, 0x1000n);
    const upper = byAddress.get(0x2000)!;
    assert.equal(upper.first, 0xffff_ff80_0000_0000n);
    assert.equal(upper.last, 0xffff_ffff_ffff_ffffn);
  });

  it('are only the root where the memory is empty', () => {
    const { memory } = new TextIndex('');
    const compiled = hardwareFormat('ept').compile({ levels: 4, cpu: {} });
    const { root, byAddress } = tableTree(memory, compiled, 0x1000n);
    assert.equal(byAddress.size, 1);
    assert.equal(root.counts.unknown, 512);
  });
});

const none = { tables: 0, missing: 0, leaves: 0, malformed: 0, software: 0, empty: 0, unknown: 0 };

function byRoot(pages: readonly Page[]): Map<string, Page[]> {
  const roots = new Map<string, Page[]>();
  for (const page of pages) {
    if (page.root !== undefined) roots.set(page.root, [...(roots.get(page.root) ?? []), page]);
  }
  return roots;
}
