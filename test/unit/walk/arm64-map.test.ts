import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FrameStore } from '../../../src-core/memory/frame-store';
import { findEntryFormat } from '../../../src-core/paging/entry-format';
import type { CompiledFormat } from '../../../src-core/paging/format';
import { stage1Walk } from '../../../src-core/paging/arm64-stage1-registers';
import { stage2Walk } from '../../../src-core/paging/arm64-stage2-registers';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { TextIndex } from '../../../src-core/text/index';
import { enumerate } from '../../../src-core/walk/enumerate';
import { translate } from '../../../src-core/walk/translate';
import { translateMany } from '../../../src-core/walk/translate-many';
import { statusNames } from '../../../src-core/walk/translations';
import { highHalf, lowHalf } from '../../../src-core/word';
import { jsonFiles, sharedPlace } from '../../golden/places';
import { memoryOf } from './tables';

interface Range {
  readonly start: bigint;
  readonly end: bigint;
  readonly physical: bigint;
  readonly kind: string;
}

function mapOf(memory: FrameStore, compiled: CompiledFormat, root: bigint): Range[] {
  const found: (Omit<Range, 'kind'> & { rights: number })[] = [];
  const bytes = (pages: number) => BigInt(pages) << 12n;
  const { classes } = enumerate(memory, compiled, root, {
    onRanges: ({ count, start, end, physical, rights }) => {
      for (let at = 0; at < count; at++) {
        found.push({
          start: bytes(start[at]!),
          end: bytes(end[at]!),
          physical: bytes(physical[at]!),
          rights: rights[at]!,
        });
      }
    },
  });
  return found.map(({ rights, ...range }) => ({ ...range, kind: classes[rights]!.kind }));
}

function assertBatchAgrees(
  memory: FrameStore,
  compiled: CompiledFormat,
  root: bigint,
  addresses: readonly bigint[],
): void {
  const halves = Uint32Array.from(addresses.flatMap((at) => [lowHalf(at), highHalf(at)]));
  const { status, physical } = translateMany(memory, compiled, root, halves);
  const ranges = mapOf(memory, compiled, root);
  addresses.forEach((address, index) => {
    const walk = translate(memory, compiled, root, address);
    const name = `0x${address.toString(16)}`;
    assert.equal(statusNames[status[index]!], walk.status, name);
    const range = ranges.find(({ start, end }) => start <= address && address < end);
    if (walk.physical === null) {
      assert.ok(Number.isNaN(physical[index]), name);
      assert.notEqual(range?.kind, 'mapped', name);
    } else {
      assert.equal(BigInt(physical[index]!), walk.physical, name);
      assert.ok(range, name);
      assert.equal(range.physical + address - range.start, walk.physical, name);
    }
  });
}

interface QemuImage {
  readonly mode: string;
  readonly registers: Readonly<Record<string, string>>;
  readonly memory: string;
  readonly gva2gpa: readonly { readonly va: string }[];
}

const folder = sharedPlace('external', 'qemu-arm64');

describe('arm64 maps and batches of walks', () => {
  for (const { name, read } of folder === undefined ? [] : jsonFiles(folder)) {
    const image = read() as QemuImage;
    if (image.mode === 'stage1+2') continue;
    it(`${name}: batch and map say what single walks say`, () => {
      const word = (register: string) => BigInt(image.registers[register]!);
      const walk =
        image.mode === 'stage1'
          ? stage1Walk({ ttbr: word('TTBR0_EL1'), tcr: word('TCR_EL1') })
          : stage2Walk({ vttbr: word('VTTBR_EL2'), vtcr: word('VTCR_EL2') });
      if ('problem' in walk) assert.fail(walk.problem);
      const { memory } = new TextIndex(readFileSync(path.join(folder!, image.memory)));
      const addresses = [...image.gva2gpa.map(({ va }) => BigInt(va)), 1n << 60n, 1n << 52n];
      const format = hardwareFormat(findEntryFormat(walk.format)!.hardware);
      for (const ignoreAccessFlag of [true, false]) {
        const cpu = { ...walk.shape.cpu, ignoreAccessFlag };
        assertBatchAgrees(memory, format.compile({ ...walk.shape, cpu }), walk.root, addresses);
      }
    });
  }

  // A kernel's own half: one 2 MiB block at the start of the linear map, one page above it.
  it('writes the addresses of the high half with their upper bits set', () => {
    const memory = memoryOf([
      [0x1000n, 0x2003n],
      [0x2000n, 0x3003n],
      [0x3000n, 0x4000_0701n],
      [0x3008n, 0x4003n],
      [0x4018n, 0x5000_0703n],
    ]);
    const compiled = hardwareFormat('arm64-stage1').compile({
      levels: 4,
      inputBits: 48,
      half: 'high',
      cpu: { granule: '4K' },
    });
    const ranges = mapOf(memory, compiled, 0x1000n).filter(({ kind }) => kind === 'mapped');
    assert.deepEqual(
      ranges.map(({ start, end, physical }) => [start, end, physical]),
      [
        [0xffff_0000_0000_0000n, 0xffff_0000_0020_0000n, 0x4000_0000n],
        [0xffff_0000_0020_3000n, 0xffff_0000_0020_4000n, 0x5000_0000n],
      ],
    );
    const { physical, permissions } = translate(memory, compiled, 0x1000n, 0xffff_0000_0020_3123n);
    assert.equal(physical, 0x5000_0123n);
    assert.equal(permissions?.user, false);
    assert.equal(translate(memory, compiled, 0x1000n, 0x20_3123n).status, 'non-canonical');
  });

  // Arm ARM D8.3.1: with LPA2 bits 9:8 of a descriptor are address bits 51:50.
  it('maps beyond 48 bits of output', () => {
    const memory = memoryOf([
      [0x1000n, 0x2003n],
      [0x2000n, 0x3003n],
      [0x3000n, 0x4003n],
      [0x4000n, 0x0003_0000_4000_0703n],
    ]);
    const compiled = hardwareFormat('arm64-stage1').compile({
      levels: 4,
      cpu: { granule: '4K', lpa2: true, paBits: 52 },
    });
    const [range] = mapOf(memory, compiled, 0x1000n);
    assert.equal(range?.physical, 0xf_0000_4000_0000n);
    assertBatchAgrees(memory, compiled, 0x1000n, [0n, 0xfffn, 0x1000n, 1n << 39n]);
  });
});
