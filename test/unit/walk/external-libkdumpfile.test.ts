import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { CpuConfig } from '../../../src-core/paging/cpu';
import type { HardwareFormatName } from '../../../src-core/paging/format';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { translate } from '../../../src-core/walk/translate';
import { fixturePlace, sharedPlace } from '../../golden/places';
import { memoryOf } from './tables';

interface AddrxlatTest {
  readonly name: string;
  readonly pte_format: string;
  readonly field_bits_low_to_high: readonly number[];
  readonly root: string;
  readonly pte_bits_masked_off: string | null;
  readonly memory: readonly { readonly addr: string; readonly value: string }[];
  readonly cases: readonly { readonly va: string; readonly pa: string | null }[];
}

const formats: Readonly<Record<string, HardwareFormatName>> = {
  x86_64: 'x86-64',
  ia32: 'x86-32',
  ia32_pae: 'pae',
};

/** Bits cleared from every entry are AMD's memory encryption bit. */
function cpuOf(test: AddrxlatTest): CpuConfig {
  if (test.pte_bits_masked_off === null) return {};
  const bit = BigInt(test.pte_bits_masked_off).toString(2).length - 1;
  return { vendor: 'amd', smeCBit: bit };
}

const name = 'libkdumpfile-addrxlat.json';
const file = JSON.parse(
  readFileSync(sharedPlace('external', name) ?? fixturePlace('addrxlat', name), 'utf8'),
) as { readonly tests: readonly AddrxlatTest[] };

/**
 * Where a CPU refuses what libkdumpfile translates. It looks at no reserved bit; this PML4 entry of
 * a 5-level tree has PS (bit 7) set, which is reserved there (SDM vol. 3A table 4-15): #PF, RSVD.
 */
const refused: Readonly<Record<string, readonly string[]>> = {
  'addrxlat-x86_64-5l': ['0xff1123456789abcd'],
};

describe(`${name}: x86`, () => {
  for (const test of file.tests) {
    const format = formats[test.pte_format];
    if (!format) continue;
    const differing = refused[test.name] ?? [];
    const agreeing = test.cases.length - differing.length;
    it(`${test.name}: ${agreeing} of ${test.cases.length}, ${differing.length} refused`, () => {
      const levels = test.field_bits_low_to_high.length - 1;
      const compiled = hardwareFormat(format).compile({ levels, cpu: cpuOf(test) });
      const words = test.memory.map(({ addr, value }) => [BigInt(addr), BigInt(value)] as const);
      const memory = memoryOf(words, compiled.entryBytes);
      for (const { va, pa } of test.cases) {
        const walk = translate(memory, compiled, BigInt(test.root), BigInt(va));
        if (differing.includes(va)) {
          assert.equal(walk.status, 'reserved', va);
          assert.deepEqual(walk.findings[0]?.bits, [7]);
          continue;
        }
        assert.equal(walk.physical, pa === null ? null : BigInt(pa), `${va}: ${walk.status}`);
        // The directory pointers of its PAE case have bits set that loading CR3 would refuse.
        const loadable = walk.findings.every((finding) => finding.code !== 'reserved-bits');
        assert.equal(loadable, walk.status !== 'mapped' || format !== 'pae', va);
      }
    });
  }
});
