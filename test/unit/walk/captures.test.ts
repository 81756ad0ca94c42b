import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { layoutForKernel } from '../../../src-core/kvm/layouts';
import { mmioRecognition } from '../../../src-core/kvm/table-reading';
import type { FrameStore } from '../../../src-core/memory/frame-store';
import { indexedImage } from '../../../src-core/memory/raw-image';
import { findEntryFormat } from '../../../src-core/paging/entry-format';
import type { CompiledFormat } from '../../../src-core/paging/format';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { TextIndex } from '../../../src-core/text/index';
import { enumerate } from '../../../src-core/walk/enumerate';
import { entryTest } from '../../../src-core/walk/entry-test';
import { mapRanges, type MapRange } from '../../../src-core/walk/map-range';
import { translate, type TranslateOptions } from '../../../src-core/walk/translate';
import { translateMany } from '../../../src-core/walk/translate-many';
import { statusNames } from '../../../src-core/walk/translations';
import type { WalkResult } from '../../../src-core/walk/walk-result';
import { highHalf, lowHalf } from '../../../src-core/word';
import {
  pagesOfText,
  walkedCaptures,
  type WalkedAddress,
  type WalkedTables,
} from '../../golden/walked-captures';

/** The emulated CPUs of the captures have 40 physical-address bits (their README). */
const cpu = { maxPhysBits: 40 };

interface Setup {
  readonly compiled: CompiledFormat;
  readonly options: TranslateOptions;
}

/** The format as the capture's folder names it, and how its kernel's KVM marks MMIO. */
function setupOf({ name, format, levels }: WalkedTables): Setup {
  const entryFormat = findEntryFormat(format)!;
  const compiled = hardwareFormat(entryFormat.hardware).compile({ levels, cpu });
  const kernel = /-([0-9]+\.[0-9]+) /.exec(name)![1]!;
  const { era } = layoutForKernel(kernel)!;
  const recognition = entryFormat.kvm ? mmioRecognition(entryFormat.name, era, cpu) : undefined;
  return {
    compiled,
    options: recognition ? { mmio: entryTest(recognition.mask, recognition.value) } : {},
  };
}

function memoryOf(source: string): FrameStore {
  if (!source.endsWith('.json')) return new TextIndex(readFileSync(source), source).memory;
  const { pages } = JSON.parse(readFileSync(source, 'utf8')) as {
    pages: { hpa: string; file_offset: number }[];
  };
  const image = readFileSync(source.replace(/json$/, 'bin'));
  return indexedImage(
    image,
    pages.map(({ hpa, file_offset: fileOffset }) => ({ address: BigInt(hpa), fileOffset })),
  ).memory;
}

/** Bits 63:47 are equal. QEMU's walker, which judged the hosts' tables, does not ask for that. */
function isCanonical(address: bigint): boolean {
  return address === BigInt.asUintN(64, BigInt.asIntN(48, address));
}

/** The case's page and rights as the walk should give them. */
function checkWalk(walk: WalkResult, expected: WalkedAddress): void {
  const where = `address ${expected.address}`;
  if (walk.status === 'non-canonical') {
    assert.ok(!isCanonical(BigInt(expected.address)) && expected.status === 'not-present', where);
    return;
  }
  assert.equal(walk.status, expected.status, where);
  assert.equal(walk.level, expected.level, where);
  assert.deepEqual(
    walk.steps.map(({ level, table, index, entry }) => [level, table, index, entry]),
    expected.path.map(([level, table, index, entry]) => [
      level,
      BigInt(table),
      index,
      BigInt(entry),
    ]),
    where,
  );
  if (expected.status !== 'mapped') return;
  assert.equal(walk.physical, BigInt(expected.physical!), where);
  assert.equal(walk.pageSize, expected.page_size, where);
  const { read, write, execute, user } = walk.permissions!;
  const { r, w, x, u } = expected.perms!;
  assert.deepEqual([read, write, execute], [r, w, x], where);
  if (user !== null && u !== undefined) assert.equal(user, u, where);
}

/** Whether all pages of a case's way are in a text that holds the first pages only. */
function isHeld(expected: WalkedAddress, pages: ReadonlySet<bigint> | undefined): boolean {
  return pages === undefined || expected.path.every(([, table]) => pages.has(BigInt(table)));
}

function halvesOf(cases: readonly WalkedAddress[]): Uint32Array {
  return Uint32Array.from(
    cases.flatMap(({ address }) => [lowHalf(BigInt(address)), highHalf(BigInt(address))]),
  );
}

function rangesOf(memory: FrameStore, { compiled, options }: Setup, root: bigint): MapRange[] {
  const ranges: MapRange[] = [];
  enumerate(memory, compiled, root, {
    ...options,
    onRanges: (batch, classes) => ranges.push(...mapRanges(batch, classes, compiled)),
  });
  return ranges;
}

describe('tables of real machines', () => {
  for (const tables of walkedCaptures()) {
    for (const source of tables.sources) {
      const pages = pagesOfText(source);
      const held = tables.cases.filter((expected) => isHeld(expected, pages));
      const left = tables.cases.filter((expected) => !isHeld(expected, pages));
      const name = source.split('/').slice(-3).join('/');
      const count = tables.cases.length;

      it(`${name} ${tables.root}: ${count} of ${count} walks, batches and maps agree`, () => {
        const setup = setupOf(tables);
        const memory = memoryOf(source);
        const root = BigInt(tables.root);
        const walk = (address: string): WalkResult =>
          translate(memory, setup.compiled, root, BigInt(address), setup.options);
        for (const expected of held) checkWalk(walk(expected.address), expected);
        for (const { address } of left) {
          assert.match(walk(address).status, /^(missing|non-canonical)$/, address);
        }

        const many = translateMany(
          memory,
          setup.compiled,
          root,
          halvesOf(tables.cases),
          setup.options,
        );
        const ranges = rangesOf(memory, setup, root);
        for (const [index, { address }] of tables.cases.entries()) {
          const single = walk(address);
          assert.equal(statusNames[many.status[index]!], single.status, address);
          assert.equal(many.level[index], single.level, address);
          if (single.physical !== null) {
            assert.equal(BigInt(many.physical[index]!), single.physical, address);
          }
          checkRange(ranges, single);
        }
      });
    }
  }
});

/** The map's range around an address says what the walk says. */
function checkRange(ranges: readonly MapRange[], walk: WalkResult): void {
  const { address, status } = walk;
  const range = ranges.find(({ start, end }) => address >= start && address < end);
  const where = `range at 0x${address.toString(16)}`;
  if (status === 'not-present' || status === 'non-canonical') {
    assert.equal(range, undefined, where);
    return;
  }
  assert.ok(range, where);
  assert.equal(range.kind, status, where);
  if (status !== 'mapped') return;
  assert.deepEqual(range.permissions, walk.permissions, where);
  assert.equal(range.physical! + (address - range.start), walk.physical, where);
  assert.ok(range.pageSizes.includes(walk.pageSize!), where);
}
