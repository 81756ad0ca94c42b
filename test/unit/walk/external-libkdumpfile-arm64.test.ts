import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { WordSource } from '../../../src-core/memory/word-source';
import { arm64Stage1 } from '../../../src-core/paging/arm64-stage1';
import type { CpuConfig } from '../../../src-core/paging/cpu';
import { translate } from '../../../src-core/walk/translate';
import { fixturePlace, sharedPlace } from '../../golden/places';

interface AddrxlatTest {
  readonly name: string;
  readonly pte_format: string;
  readonly field_bits_low_to_high: readonly number[];
  readonly root: string;
  readonly memory: readonly { readonly addr: string; readonly value: string }[];
  readonly cases: readonly { readonly va: string; readonly pa: string | null }[];
}

const granules = { 12: '4K', 14: '16K', 16: '64K' } as const;
/** libkdumpfile checks no access flag and no width of the output address. */
const layouts: Readonly<Record<string, CpuConfig>> = {
  aarch64: { paBits: 48, ignoreAccessFlag: true },
  aarch64_lpa: { paBits: 52, ignoreAccessFlag: true },
  aarch64_lpa2: { paBits: 52, lpa2: true, ignoreAccessFlag: true },
};

const name = 'libkdumpfile-addrxlat.json';
const file = JSON.parse(
  readFileSync(sharedPlace('external', name) ?? fixturePlace('addrxlat', name), 'utf8'),
) as { readonly tests: readonly AddrxlatTest[] };

/** As the file says: everything but these words is zero, and later words win. */
function memoryOf({ memory }: AddrxlatTest): WordSource {
  const words = new Map(memory.map(({ addr, value }) => [BigInt(addr), BigInt(value)]));
  return { readWord: (address) => words.get(address) ?? 0n };
}

describe(`${name}: arm64`, () => {
  for (const test of file.tests) {
    const layout = layouts[test.pte_format];
    if (!layout) continue;
    it(`${test.name}: ${test.cases.length} of ${test.cases.length}`, () => {
      const bits = test.field_bits_low_to_high;
      const compiled = arm64Stage1.compile({
        levels: bits.length - 1,
        inputBits: bits.reduce((sum, width) => sum + width, 0),
        cpu: { ...layout, granule: granules[bits[0] as keyof typeof granules] },
      });
      for (const { va, pa } of test.cases) {
        const walk = translate(memoryOf(test), compiled, BigInt(test.root), BigInt(va));
        assert.equal(walk.physical, pa === null ? null : BigInt(pa), `${va}: ${walk.status}`);
      }
    });
  }
});
