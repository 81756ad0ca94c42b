import assert from 'node:assert/strict';
import { decodeControlRegister, pagingMode } from '../../../src-core/paging/control-registers';

describe('control registers', () => {
  // Registers of QEMU images, one a mode.
  const rows = [
    { cr4: 0x20n, efer: 0xd00n, format: 'guest64', levels: 4, cpu: { nx: true } },
    { cr4: 0x1020n, efer: 0xd00n, format: 'guest64', levels: 5, cpu: { nx: true } },
    { cr4: 0x20n, efer: 0x800n, format: 'guest-pae', levels: 3, cpu: { nx: true } },
    { cr4: 0x0n, efer: 0x0n, format: 'guest32', levels: 2, cpu: { nx: false, pse: false } },
    { cr4: 0x10n, efer: 0x0n, format: 'guest32', levels: 2, cpu: { nx: false, pse: true } },
  ] as const;
  for (const { cr4, efer, ...expected } of rows) {
    it(`CR4 0x${cr4.toString(16)}, EFER 0x${efer.toString(16)}: ${expected.format}`, () => {
      const mode = pagingMode({ cr0: 0x8001_0011n, cr4, efer });
      assert.ok(mode);
      assert.equal(mode.format, expected.format);
      assert.equal(mode.levels, expected.levels);
      assert.deepEqual(mode.cpu, expected.cpu);
      assert.equal(mode.rights.cr0Wp, true);
    });
  }

  it('without CR0.PG there is no paging', () => {
    assert.equal(pagingMode({ cr0: 0x11n, cr4: 0x20n, efer: 0xd00n }), null);
  });

  it('names what is set', () => {
    assert.equal(decodeControlRegister('cr0', 0x8001_0011n).summary, 'PG WP ET PE');
    assert.equal(decodeControlRegister('efer', 0xd00n).summary, 'NXE LMA LME');
    assert.equal(decodeControlRegister('cr4', 0n).summary, 'no bit set');
  });
});
