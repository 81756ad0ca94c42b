import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { WordSource } from '../../../src-core/memory/word-source';
import { findEntryFormat } from '../../../src-core/paging/entry-format';
import type { Arm64Walk, NoWalk } from '../../../src-core/paging/arm64-register-walk';
import { stage1Walk } from '../../../src-core/paging/arm64-stage1-registers';
import { stage2Walk } from '../../../src-core/paging/arm64-stage2-registers';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { TextIndex } from '../../../src-core/text/index';
import { translateNested, type Dimension } from '../../../src-core/walk/nested';
import { translate } from '../../../src-core/walk/translate';
import type { WalkResult } from '../../../src-core/walk/walk-result';
import { fixturePlace, jsonFiles, sharedPlace } from '../../golden/places';

interface QemuImage {
  readonly mode: 'stage1' | 'stage2' | 'stage1+2';
  readonly registers: Readonly<Record<string, string>>;
  /** Name of the text QEMU printed; or, in the fixtures, the words that these walks read. */
  readonly memory: string | readonly (readonly [address: string, value: string])[];
  readonly gva2gpa: readonly { readonly va: string; readonly answer: string }[];
}

function memoryOf(folder: string, { memory }: QemuImage): WordSource {
  if (typeof memory === 'string') {
    return new TextIndex(readFileSync(path.join(folder, memory))).memory;
  }
  const words = new Map(memory.map(([address, value]) => [BigInt(address), BigInt(value)]));
  return { readWord: (address) => words.get(address) };
}

/** QEMU's debug walk does not look at the access flag. */
function dimension(walk: Arm64Walk | NoWalk): Dimension {
  if ('problem' in walk) assert.fail(walk.problem);
  const { shape, root } = walk;
  const format = hardwareFormat(findEntryFormat(walk.format)!.hardware);
  const cpu = { ...shape.cpu, ignoreAccessFlag: true };
  return { compiled: format.compile({ ...shape, cpu }), root };
}

function walkerOf(memory: WordSource, { mode, registers }: QemuImage) {
  const word = (name: string) => BigInt(registers[name]!);
  const first = () =>
    dimension(
      stage1Walk({ ttbr: word('TTBR0_EL1'), tcr: word('TCR_EL1'), mair: word('MAIR_EL1') }),
    );
  const second = () =>
    dimension(
      stage2Walk({ vttbr: word('VTTBR_EL2'), vtcr: word('VTCR_EL2'), hcr: word('HCR_EL2') }),
    );
  const single =
    ({ compiled, root }: Dimension) =>
    (address: bigint): WalkResult =>
      translate(memory, compiled, root, address);
  if (mode === 'stage1') return single(first());
  if (mode === 'stage2') return single(second());
  const [outer, inner] = [first(), second()];
  return (address: bigint): WalkResult => translateNested(memory, outer, inner, address);
}

const shared = sharedPlace('external', 'qemu-arm64');
const folder = shared ?? fixturePlace('arm64', 'qemu');
for (const { name, read } of jsonFiles(folder)) {
  const image = read() as QemuImage;
  describe(`${name} (QEMU, ${image.mode})`, () => {
    it(`gva2gpa: ${image.gva2gpa.length} of ${image.gva2gpa.length}`, () => {
      const walk = walkerOf(memoryOf(folder, image), image);
      for (const { va, answer } of image.gva2gpa) {
        // The access is a data load at EL1: what cannot be read is Unmapped to it.
        const { physical, permissions, status } = walk(BigInt(va));
        const ours =
          physical !== null && permissions?.read === true
            ? `gpa: 0x${physical.toString(16)}`
            : 'Unmapped';
        assert.equal(ours, answer, `${va}: ${status}`);
        assert.notEqual(status, 'missing', va);
      }
    });
  });
}
