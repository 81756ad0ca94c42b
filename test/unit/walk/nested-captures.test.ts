import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import {
  type Dimension,
  type FrameStore,
  hardwareFormat,
  indexedImage,
  mergeMemories,
  translate,
  translateNested,
} from '../../../src-core/index';
import { sharedPlace } from '../../golden/places';

/** One line of `guest-translations.json`; the README of the captures tells what each means. */
interface GuestTranslation {
  readonly cr3: string;
  readonly gva: string;
  readonly status: 'mapped' | 'not-present';
  readonly gpa?: string;
  readonly stage2_status?: string;
  readonly hpa?: string;
  readonly path: readonly (readonly [level: number, table: string, index: number, entry: string])[];
}

interface PageList {
  readonly pages: readonly { readonly hpa: string; readonly file_offset: number }[];
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The pages of an image where the host has them. */
function hostPages(folder: string, name: string): FrameStore {
  const { pages } = readJson(path.join(folder, `${name}.json`)) as PageList;
  const list = pages.map(({ hpa, file_offset: fileOffset }) => ({
    address: BigInt(hpa),
    fileOffset,
  }));
  return indexedImage(readFileSync(path.join(folder, `${name}.bin`)), list).memory;
}

const formats: Readonly<Record<string, readonly ['ept' | 'npt', number]>> = {
  'EPT-4': ['ept', 4],
  'NPT-4': ['npt', 4],
  'NPT-5': ['npt', 5],
};

/** The host's tables of a run with two dimensions; `undefined`: it has none. */
function hostOf(folder: string): Dimension | undefined {
  const file = path.join(folder, 'translations.json');
  if (!existsSync(path.join(folder, 'guest-translations.json'))) return undefined;
  const [row] = readJson(file) as { root: string; format: string }[];
  const found = formats[row!.format];
  if (!found) return undefined;
  const [name, levels] = found;
  const cpu = { maxPhysBits: 40, ...(name === 'ept' && { execOnly: true }) };
  return { compiled: hardwareFormat(name).compile({ levels, cpu }), root: BigInt(row!.root) };
}

const place = sharedPlace('captures', 'x86');
const runs = place === undefined ? [] : readdirSync(place);

describe('guests of real kernels, GVA → GPA → HPA', () => {
  for (const run of runs) {
    const folder = path.join(place!, run);
    const host = hostOf(folder);
    if (!host) continue;
    it(run, () => {
      const { memory } = mergeMemories([
        hostPages(folder, 'tables'),
        hostPages(folder, 'guest-tables'),
      ]);
      const rows = readJson(path.join(folder, 'guest-translations.json')) as GuestTranslation[];
      const hostLevels = host.compiled.shape.levels;
      let through = 0;
      let unmapped = 0;
      for (const row of rows) {
        const guest: Dimension = {
          compiled: hardwareFormat('x86-64').compile({ levels: 4, cpu: {} }),
          root: BigInt(row.cr3),
        };
        const walk = translateNested(memory, guest, host, BigInt(row.gva));
        const told = JSON.stringify(row);
        const read = walk.steps.filter(({ dimension }) => dimension === 1);
        const expected = row.path.map(([level, table, index, entry]) => [
          level,
          BigInt(table),
          index,
          BigInt(entry),
        ]);
        const found = read.map(({ level, table, index, entry }) => [level, table, index, entry]);
        if (read.at(-1)!.entry === null) {
          // The guest never used this table: KVM has not mapped its page, so the CPU's walk ends there.
          const [level, table, index] = found.pop()!;
          assert.deepEqual(found, expected.slice(0, found.length), told);
          assert.deepEqual([level, table, index], expected[found.length]!.slice(0, 3), told);
          assert.equal(walk.findings[0]!.code, 'nested-table-unmapped', told);
          const page = translate(
            memory,
            host.compiled,
            host.root,
            BigInt(row.path[found.length]![1]),
          );
          assert.equal(page.status, 'not-present', told);
          unmapped++;
          continue;
        }
        assert.deepEqual(found, expected, told);
        assert.equal(walk.intermediate, row.gpa === undefined ? null : BigInt(row.gpa), told);
        assert.equal(walk.physical, row.hpa === undefined ? null : BigInt(row.hpa), told);
        if (row.hpa !== undefined) assert.ok(walk.steps.length <= (hostLevels + 1) * 5 - 1, told);
        if (walk.physical !== null) through++;
      }
      const more = unmapped === 0 ? '' : `, ${unmapped} end at a table that KVM has not mapped`;
      console.log(`      ${rows.length} of ${rows.length}: ${through} mapped by both${more}`);
    });
  }
});
