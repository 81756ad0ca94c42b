import assert from 'node:assert/strict';

import { ran } from './stage2-machine';

const page = { ipa: '0x40205000' };

describe('who owns a page, noted in invalid entries', () => {
  it('v7.2: a guest’s, with handle and frame, as the facts have it', () => {
    const run = [
      { do: 'annotate', ...page, type: 'donation', owner: 2, handle: '0x1003', gfn: '0x80123' },
      { do: 'annotate', ipa: '0x40206000', owner: 1 },
      { do: 'annotate', ipa: '0x40207000', type: 'poisoned' },
    ];
    const { machine } = ran({ kernel: '7.2' }, run);
    // facts, section 6.
    assert.equal(machine.lookup(0x40205000).entry, 0x2000_0080_1231_0034n);
    assert.equal(machine.lookup(0x40206000).entry, 0x2000_0000_0000_0002n);
    assert.equal(machine.lookup(0x40207000).entry, 0x3000_0000_0000_0000n);
    // Invalid, but not 0: each holds a reference.
    assert.equal(machine.lookup(0x40205000).table.count, 4);
    assert.equal(machine.counters.get('annotations'), 3);
  });

  it('v6.12: the owner’s number in bits 9:2; 0, the host, empties the entry', () => {
    const hyp = { do: 'set-owner', ...page, owner: 1 };
    const { machine } = ran({ kernel: '6.12' }, [hyp]);
    assert.equal(machine.lookup(0x40205000).entry, 0x4n);
    assert.equal(machine.lookup(0x40205000).table.count, 2);
    const back = ran({ kernel: '6.12' }, [hyp, { ...hyp, owner: 0 }]);
    assert.equal(back.machine.lookup(0x40205000).entry, 0n);
    assert.equal(back.machine.lookup(0x40205000).table.count, 1);
  });

  it('gives way to a mapping, and goes with an unmap, without a TLBI', () => {
    const hyp = { do: 'set-owner', ...page, owner: 1 };
    const mapped = ran({ kernel: '6.12' }, [hyp, { do: 'map', ...page, pa: '0x80000000' }]);
    assert.deepEqual(mapped.results, ['noted', 'mapped']);
    assert.equal(mapped.machine.counters.get('tlbi'), 0);
    assert.equal(mapped.machine.counters.get('annotations'), 0);
    const gone = ran({ kernel: '6.12' }, [hyp, { do: 'unmap', ...page }]);
    assert.equal(gone.machine.counters.get('tables'), 0);
  });
});
