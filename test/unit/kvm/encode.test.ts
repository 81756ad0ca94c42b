import assert from 'node:assert/strict';
import { encodeEntry, type EncodeRequest, fieldShapes } from '../../../src-core/kvm/encode';
import { formatWord } from '../../../src-core/word';

function encoded(request: EncodeRequest): string {
  const answer = encodeEntry(request);
  return 'value' in answer ? `${answer.shape} ${formatWord(answer.value)}` : answer.problem;
}

describe('composing an entry', () => {
  const place = { format: 'ept', level: 1, kernel: '6.1' } as const;

  it('from the fields a person names', () => {
    const fields = {
      frame: 0x67890n,
      read: 1n,
      write: 1n,
      execute: 1n,
      'memory-type': 6n,
      'ignore-PAT': 1n,
      accessed: 1n,
      dirty: 1n,
      'MMU-present': 1n,
      'host-writable': 1n,
      'mmu-WRITABLE': 1n,
    };
    assert.equal(encoded({ ...place, fields }), 'leaf 0x600000067890b77');
    // The same fields by the layout of another kernel.
    const older = Object.fromEntries(
      Object.entries(fields).filter(([name]) => name !== 'MMU-present'),
    );
    assert.equal(encoded({ ...place, kernel: '5.10', fields: older }), 'leaf 0x67890f77');
  });

  it('an MMIO entry gets its marks by itself', () => {
    assert.equal(
      encoded({
        ...place,
        cpu: { maxPhysBits: 48 },
        fields: { GFN: 0xfee00n, 'generation-low': 0x12n },
      }),
      'mmio 0xfee00096',
    );
    assert.equal(encoded({ ...place, fields: {}, shape: 'constant' }), 'constant 0x5a0');
  });

  it('says what does not fit', () => {
    assert.match(encoded({ ...place, fields: { frame: 1n << 40n } }), /frame has 40 bits/);
    assert.match(
      encoded({ ...place, fields: { colour: 1n } }),
      /no field 'colour'; a leaf has suppress-VE/,
    );
    assert.match(encoded({ ...place, fields: { GFN: 1n, dirty: 1n } }), /no kind of entry has all/);
    assert.match(encoded({ ...place, level: 7, fields: {} }), /its levels are/);
    assert.match(encoded({ ...place, shape: 'block', fields: {} }), /no shape 'block'/);
  });

  it('lists the shapes of a place', () => {
    const shapes = fieldShapes({ format: 'ept', level: 4, kernel: '6.1', cpu: { l1tfBug: false } });
    assert.ok(!('problem' in shapes));
    assert.deepEqual(
      shapes.map(({ name }) => name),
      ['table', 'mmio', 'absent', 'constant'],
    );
  });
});
