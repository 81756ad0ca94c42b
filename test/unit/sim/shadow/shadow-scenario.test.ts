import assert from 'node:assert/strict';

import { readScenario } from '../../../../src-core/sim/scenario';

/** Places of the problems. */
function problemsOf(json: object): string[] {
  const read = readScenario(json);
  return 'problems' in read ? read.problems.map(({ pointer }) => pointer) : [];
}

const machine = { mmu: 'shadow', kernel: '6.1', guest: '32' };
const slot = { id: 0, gfn: '0x0', pages: 16, pfn: '0x100' };

describe('scenarios of shadow paging', () => {
  it('name what cannot be at its place', () => {
    const rows: [string, object, string[]][] = [
      ['fine', { machine, slots: [slot] }, []],
      ['kind of machine', { machine: { ...machine, mmu: 'shade' } }, ['/machine/mmu']],
      ['too old', { machine: { ...machine, kernel: '5.9' } }, ['/machine/kernel']],
      ['guest', { machine: { ...machine, guest: 'pae64' } }, ['/machine/guest']],
      ['root', { machine: { ...machine, cr3: '0x1001' } }, ['/machine/cr3']],
      ['another kind’s name', { machine: { ...machine, levels: 4 } }, ['/machine/levels']],
      ['another kind’s part', { machine, roots: [] }, ['/roots']],
      ['few pages', { machine: { ...machine, mostPages: 4 } }, ['/machine/mostPages']],
      ['SMM', { machine, slots: [{ ...slot, asId: 1 }] }, ['/slots/0/asId']],
      [
        'index of an 8-byte table',
        {
          machine: { ...machine, guest: 'pae' },
          guestTables: [{ pa: '0x1000', entries: [[512, '0x1']] }],
        },
        ['/guestTables/0/entries/0/0'],
      ],
      [
        '8-byte entry of a 4-byte guest',
        { machine, guestTables: [{ pa: '0x1000', entries: [[1023, '0x100000000']] }] },
        ['/guestTables/0/entries/0/1'],
      ],
      [
        'too many in a row',
        { machine, guestTables: [{ pa: '0x1000', entries: [[1000, '0x67', 25]] }] },
        ['/guestTables/0/entries/0/2'],
      ],
      ['address', { machine, run: [{ do: 'access', gva: '0x100000000' }] }, ['/run/0/gva']],
      ['no address', { machine, run: [{ do: 'invlpg' }] }, ['/run/0/gva']],
      [
        'entry’s place',
        { machine, run: [{ do: 'write', gva: '0x1002', value: '0x0' }] },
        ['/run/0/gva'],
      ],
      [
        'entry’s size',
        { machine, run: [{ do: 'write', gva: '0x1004', value: '0x100000000' }] },
        ['/run/0/value'],
      ],
      ['slot', { machine, run: [{ do: 'dirty-log', slot: 1, on: true }] }, ['/run/0/slot']],
      [
        'frame without memory',
        { machine, run: [{ do: 'host-change', gfn: '0x40', pfn: '0x1' }] },
        ['/run/0/gfn'],
      ],
      ['operation', { machine, run: [{ do: 'fault', gfn: '0x0' }] }, ['/run/0/do']],
    ];
    for (const [what, json, places] of rows) assert.deepEqual(problemsOf(json), places, what);
  });

  it('take canonical addresses of 64-bit guests, and no others', () => {
    const guest = { ...machine, guest: '64' };
    const at = (gva: string): string[] =>
      problemsOf({ machine: guest, run: [{ do: 'access', gva }] });
    assert.deepEqual(at('0xffffffff92800000'), []);
    assert.deepEqual(at('0xffff800000000000'), []);
    assert.deepEqual(at('0x7fffffffffff'), []);
    assert.deepEqual(at('0xffff000000000000'), ['/run/0/gva']);
    assert.deepEqual(at('0x1000000000000'), ['/run/0/gva']);
  });
});
