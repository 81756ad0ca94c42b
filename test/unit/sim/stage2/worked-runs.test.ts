import assert from 'node:assert/strict';

import type { Session } from '../../../../src-core/index';
import { stage2Of, stage2Scenario, stage2Session } from './stage2-machine';

/** What the walker did, as the worked runs of facts/arm64-stage2.md section 8 write it. */
function told(session: Session): string[] {
  const lines: string[] = [];
  let events = session.machine.events.length;
  while (session.forward()) {
    const { kind, walker } = session.last!;
    if (kind === 'visit' && walker) {
      const field = (name: string) => walker.fields.find((each) => each.name === name)!.value;
      lines.push(
        `L${walker.level} ${field('visit')} ipa=${field('addr')} ptep=${field('ptep')} old=${field('old')}`,
      );
    }
    for (const event of session.machine.events.from(events)) {
      const { old, new: next, level } = event;
      const words = (value: bigint | null) => (value === null ? '' : `0x${value.toString(16)}`);
      if (event.kind === 'broken') lines.push(`${words(old)} -> LOCKED ${words(next)}`);
      if (event.kind === 'write') lines.push(`store ${words(next)}`);
      if (event.kind === 'flush') lines.push(`TLBI ${event.text!}`);
      if (event.kind === 'table-freed') lines.push(`free 0x${event.table!.toString(16)}`);
      if (event.kind === 'table-queued') lines.push(`queue 0x${event.table!.toString(16)}`);
      if (event.kind === 'result') lines.push(event.text!);
      if (event.kind === 'cache-clean') lines.push(`L${level ?? '-'} CMO`);
    }
    events = session.machine.events.length;
  }
  return lines;
}

/** A session in which nothing has run yet. */
function open(run: readonly unknown[], kernel = '6.12'): Session {
  const machine = {
    kernel,
    granule: '4K',
    ipaBits: 40,
    root: '0x41400000',
    firstTable: '0x41402000',
  };
  const slot = { id: 0, gfn: '0x40200', pages: '0x200', pfn: '0x880200', hostPage: '2M' };
  return stage2Session(stage2Scenario(machine, run, [slot]));
}

const runA = { do: 'map', ipa: '0x8080203000', pa: '0x8a3456000', rights: 'rw' };
const runB = { do: 'map', ipa: '0x40200000', size: '0x200000', pa: '0x880200000' };

/** Lines after the last of the operations before. */
function lastOf(run: readonly unknown[], kernel?: string): string[] {
  const before = told(open(run.slice(0, -1), kernel));
  return told(open(run, kernel)).slice(before.length);
}

describe('KVM’s page-table walker: the worked runs of the facts', () => {
  it('A: a page below an empty concatenated root', () => {
    const session = open([runA]);
    assert.deepEqual(told(session), [
      'L1 LEAF ipa=0x8080203000 ptep=0x41401010 old=0x0',
      '0x0 -> LOCKED 0x400',
      'store 0x41402003',
      'L2 LEAF ipa=0x8080203000 ptep=0x41402008 old=0x0',
      '0x0 -> LOCKED 0x400',
      'store 0x41403003',
      'L3 LEAF ipa=0x8080203000 ptep=0x41403018 old=0x0',
      '0x0 -> LOCKED 0x400',
      'L- CMO',
      'store 0x400008a34567ff',
      'mapped',
    ]);
    const { tables } = stage2Of(session);
    const counts = [0x41400000, 0x41401000, 0x41402000, 0x41403000].map(
      (pa) => tables.get(pa)!.count,
    );
    assert.deepEqual(counts, [1, 2, 2, 2]);
  });

  it('A again: only permissions could differ', () => {
    assert.deepEqual(lastOf([runA, { ...runA, rights: 'r', shared: true }]), [
      'L1 TABLE_PRE ipa=0x8080203000 ptep=0x41401010 old=0x41402003',
      'L2 TABLE_PRE ipa=0x8080203000 ptep=0x41402008 old=0x41403003',
      'L3 LEAF ipa=0x8080203000 ptep=0x41403018 old=0x400008a34567ff',
      'EAGAIN (-11)',
    ]);
  });

  it('B: a block', () => {
    assert.deepEqual(lastOf([runA, runB]), [
      'L1 LEAF ipa=0x40200000 ptep=0x41400008 old=0x0',
      '0x0 -> LOCKED 0x400',
      'store 0x41404003',
      'L2 LEAF ipa=0x40200000 ptep=0x41404008 old=0x0',
      '0x0 -> LOCKED 0x400',
      'L- CMO',
      'store 0x400008802007fd',
      'mapped',
    ]);
  });

  const runC = [
    runA,
    runB,
    { do: 'dirty-log', slot: 0, on: true },
    { do: 'access', ipa: '0x40205000', access: 'write' },
  ];

  it('C: a write while writes are logged breaks the block and maps one page', () => {
    const lines = lastOf(runC).filter((line) => !line.startsWith('L1 LEAF'));
    assert.deepEqual(lines, [
      'L1 TABLE_PRE ipa=0x40205000 ptep=0x41400008 old=0x41404003',
      // Dirty logging has taken the write bit, 0x80, of the block the facts begin with.
      'L2 LEAF ipa=0x40205000 ptep=0x41404008 old=0x4000088020077d',
      '0x4000088020077d -> LOCKED 0x400',
      'TLBI IPA 0x40205000, level 2',
      'store 0x41405003',
      'L3 LEAF ipa=0x40205000 ptep=0x41405028 old=0x0',
      '0x0 -> LOCKED 0x400',
      'L- CMO',
      'store 0x400008802057ff',
      'mapped, after 1 abort',
    ]);
  });

  it('D: a block takes the table’s place', () => {
    assert.deepEqual(lastOf([...runC, runB]), [
      'L1 TABLE_PRE ipa=0x40200000 ptep=0x41400008 old=0x41404003',
      'L2 TABLE_PRE ipa=0x40200000 ptep=0x41404008 old=0x41405003',
      '0x41405003 -> LOCKED 0x400',
      'TLBI IPAs 0x40200000 + 0x200000',
      'L- CMO',
      'store 0x400008802007fd',
      'queue 0x41405000',
      'free 0x41405000',
      'mapped',
    ]);
  });

  it('E: the last page goes, and its tables', () => {
    assert.deepEqual(lastOf([runA, { do: 'unmap', ipa: '0x8080203000' }]), [
      'L3 LEAF ipa=0x8080203000 ptep=0x41403018 old=0x400008a34567ff',
      'store 0x0',
      'TLBI IPA 0x8080203000, level 3',
      'L- CMO',
      'L2 TABLE_POST ipa=0x8080203000 ptep=0x41402008 old=0x41403003',
      'store 0x0',
      'TLBI IPA 0x8080203000, no level hint',
      'free 0x41403000',
      'L1 TABLE_POST ipa=0x8080203000 ptep=0x41401010 old=0x41402003',
      'store 0x0',
      'TLBI IPA 0x8080203000, no level hint',
      'free 0x41402000',
      'unmapped',
    ]);
  });
});
