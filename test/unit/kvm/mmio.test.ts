import assert from 'node:assert/strict';
import { findLayout, layoutForKernel } from '../../../src-core/kvm/layouts';
import { makeMmioSpte } from '../../../src-core/kvm/make-spte';
import { isMmio, mmioAccess, mmioGeneration, mmioGfn } from '../../../src-core/kvm/spte';
import { type KvmFormatName, spteMasks } from '../../../src-core/kvm/spte-masks';
import type { CpuConfig } from '../../../src-core/paging/cpu';
import { formatWord } from '../../../src-core/word';

function masksOf(kernel: string, format: KvmFormatName, cpu: CpuConfig) {
  return spteMasks(layoutForKernel(kernel)!.era, format, cpu);
}

/** Worked examples of the facts, sections 10.2 to 10.4. */
describe('MMIO entries', () => {
  it('one frame and generation in the encodings of seven eras', () => {
    const examples: [string, string, bigint][] = [
      ['4.19', '0x40000000fee00806', 0x200n],
      ['5.2', '0x60000000fee00006', 0x200n],
      ['5.8', '0x300000fee00006', 0n],
      ['5.10', '0x700000fee00006', 0x200n],
      ['5.13', '0x200000fee00006', 0x200n],
      ['7.1', '0x200000fee00006', 0x200n],
      ['7.2', '0x400000fee00006', 0x200n],
    ];
    for (const [kernel, spte, reads] of examples) {
      const masks = masksOf(kernel, 'ept', { maxPhysBits: 48 });
      assert.equal(formatWord(makeMmioSpte(masks, 0xfee00n, 0, 0x200n).spte), spte, kernel);
      assert.equal(mmioGeneration(masks, BigInt(spte)), reads, kernel);
      assert.equal(mmioGfn(masks, BigInt(spte)), 0xfee00n, kernel);
    }
  });

  it('NPT keeps W and U', () => {
    const masks = masksOf('6.1', 'npt64', { maxPhysBits: 48, vendor: 'amd' });
    const { spte } = makeMmioSpte(masks, 0xfee00n, 7, 0x200n);
    assert.equal(formatWord(spte), '0x280000fee00007');
    assert.equal(mmioAccess(masks, spte), 6);
  });

  it('L1TF moves five bits of the frame and brings them back', () => {
    const cpu: CpuConfig = { maxPhysBits: 46, cacheBits: 46, l1tfBug: true };
    const masks = masksOf('6.1', 'ept', cpu);
    assert.equal(formatWord(masks.l1tf), '0x3e0000000000');
    assert.equal(formatWord(masks.lowerGfn), '0x1fffffff000');
    for (const [gfn, spte] of [
      [0xfee00n, '0x3e00fee00096'],
      [0x3fffee000n, '0x7ffffee000096'],
    ] as const) {
      assert.equal(formatWord(makeMmioSpte(masks, gfn, 0, 0x12n).spte), spte);
      assert.equal(mmioGfn(masks, BigInt(spte)), gfn);
    }
  });

  it('AMD memory encryption moves the reserved bits', () => {
    const narrow = masksOf('6.1', 'npt64', {
      vendor: 'amd',
      maxPhysBits: 48,
      kernelPhysBits: 43,
      smeCBit: 47,
    });
    assert.equal(formatWord(narrow.mmio.mask), '0xff80000000001');
    const equal = masksOf('6.1', 'npt64', {
      vendor: 'amd',
      maxPhysBits: 48,
      kernelPhysBits: 47,
      smeCBit: 47,
    });
    assert.equal(formatWord(equal.mmio.mask), '0xf000000000001');
  });

  it('is off without a reserved bit, or when the module parameter says so', () => {
    const full = masksOf('6.1', 'npt64', { vendor: 'amd', maxPhysBits: 52 });
    assert.equal(isMmio(full, 0x8_0000_fee0_0007n), false);
    const off = masksOf('6.1', 'ept', { maxPhysBits: 46, mmioCaching: false });
    assert.equal(isMmio(off, 0xfee00096n), false);
    const old = spteMasks(findLayout('v5.10-v5.11')!, 'shadow64', { maxPhysBits: 52 });
    assert.equal(isMmio(old, 0x30_0000_fee0_00d6n), true);
  });
});
