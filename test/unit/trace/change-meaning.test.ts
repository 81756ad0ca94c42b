import assert from 'node:assert/strict';

import { layoutForKernel } from '../../../src-core/kvm/layouts';
import { spteMasks } from '../../../src-core/kvm/spte-masks';
import { parseLogLine } from '../../../src-core/text/log/log-event';
import { changeMeaning } from '../../../src-core/trace/change-meaning';
import { eventMeaning } from '../../../src-core/trace/event-meaning';
import { subjectOf } from '../../../src-core/trace/event-subject';

const npt = spteMasks(layoutForKernel('6.1')!.era, 'npt64', {});
const eptWithoutAd = spteMasks(layoutForKernel('6.12')!.era, 'ept-noad', {});

// Entries of the captures npt-6.1 and ept-6.12.
const leaf = 0x105123e67n;
const readOnly = 0x105123c65n;
const huge = 0x40000ee7n;
const table = 0x103b2f827n;
const otherTable = 0x103b23827n;
const parked = 0x5a0n;

/** Rows of the decision table for v5.18 and later: old, new, level, and what KVM does. */
const rows: readonly [string, bigint, bigint, number, object][] = [
  [
    'not present → leaf',
    0n,
    leaf,
    1,
    { counts: [{ level: 1, by: 1 }], flush: 'none', removesTable: false },
  ],
  ['leaf → not present', leaf, 0n, 1, { counts: [{ level: 1, by: -1 }], flush: 'needed' }],
  [
    'leaf → parked',
    leaf,
    parked,
    1,
    { to: 'parked', counts: [{ level: 1, by: -1 }], flush: 'needed' },
  ],
  [
    'parked → leaf',
    parked,
    leaf,
    1,
    { from: 'parked', counts: [{ level: 1, by: 1 }], flush: 'none' },
  ],
  ['not present → table', 0n, table, 2, { counts: [], flush: 'none', removesTable: false }],
  ['table → not present', table, 0n, 2, { counts: [], flush: 'needed', removesTable: true }],
  [
    'leaf → table: a split',
    huge,
    table,
    2,
    { counts: [{ level: 2, by: -1 }], splits: true, flush: 'none' },
  ],
  [
    'table → leaf',
    table,
    huge,
    2,
    { counts: [{ level: 2, by: 1 }], merges: true, removesTable: true, flush: 'needed' },
  ],
  ['leaf → another frame', leaf, leaf + 0x1000n, 1, { frameChanged: true, verdict: 'bug' }],
  ['table → another table', table, otherTable, 2, { removesTable: true, verdict: 'warn' }],
  ['leaf → read-only', leaf, readOnly, 1, { counts: [], flush: 'needed' }],
  ['leaf → writable', readOnly, leaf, 1, { counts: [], flush: 'none' }],
];

describe('what a change of an entry means', () => {
  for (const [title, old, value, level, expected] of rows) {
    it(title, () => {
      const meaning = changeMeaning(npt, level, old, value);
      assert.deepEqual({ ...meaning, ...expected }, meaning);
    });
  }

  it('names what a leaf gains and loses', () => {
    assert.ok(changeMeaning(npt, 1, leaf, readOnly).lost.includes('write'));
    assert.ok(changeMeaning(npt, 1, readOnly, leaf).gained.includes('write'));
  });

  it('takes ageing for no loss of rights: no flush', () => {
    // R and X go to bits 56:54, W follows from MMU-writable; the second value is of the capture ept-6.12.
    const meaning = changeMeaning(eptWithoutAd, 1, 0x8610000007721877n, 0x8750000007721870n);
    assert.ok(meaning.gained.includes('tracked'));
    assert.equal(meaning.flush, 'none');
  });
});

describe('what an event is about', () => {
  const subject = (line: string) => {
    const found = subjectOf(parseLogLine(line)!);
    return found && [found.space, found.address];
  };

  it('names the address and its space', () => {
    assert.deepEqual(
      subject('kvm_tdp_mmu_spte_changed: as id 0 gfn 12345 level 1 old_spte 0 new_spte 5a0'),
      ['gpa', 0x12345000n],
    );
    assert.deepEqual(
      subject('kvm_page_fault: vcpu 0 rip 0x8000 address 0x0000000000100000 error_code 0x6'),
      ['guest', 0x100000n],
    );
    assert.deepEqual(
      subject(
        'fast_page_fault: vcpu 0 gva a800000 error_code P|W sptep 0 old 0x4200e65 new 4200e67 spurious 0 fixed 1',
      ),
      ['guest', 0xa800000n],
    );
    assert.deepEqual(subject('kvm_mmu_pagetable_walk: addr 7f2a45c01000 pferr 6 W|U'), [
      'gva',
      0x7f2a45c01000n,
    ]);
    assert.deepEqual(subject('BUG: unable to handle page fault for address: ffffc90000fc1000'), [
      'host',
      0xffffc90000fc1000n,
    ]);
    assert.equal(subject('kvm_mmu_paging_element: pte 8000000012345067 level 1'), null);
    assert.equal(
      subject(
        'kvm_unmap_hva_range: mmu notifier unmap range: 0x007f6579c00000 -- 0x007f6579e00000',
      ),
      null,
    );
  });

  it('tells the entry before and after, and that a fault was not mended', () => {
    const line =
      'fast_page_fault: vcpu 0 gva 5000 error_code P|W sptep 0 old 0x105123c65 new 105123e67 spurious 0 fixed 0';
    const meaning = eventMeaning(parseLogLine(line)!, npt, 1);
    assert.equal(meaning.withoutEffect, true);
    assert.deepEqual([meaning.entry?.old, meaning.entry?.value], [readOnly, leaf]);
    assert.ok(meaning.entry?.change?.gained.includes('write'));
  });
});
