import assert from 'node:assert/strict';

import { frameNumber, isLast, isShadowPresent } from '../../../src-core/kvm/spte';
import { spteMasks } from '../../../src-core/kvm/spte-masks';
import { findLayout } from '../../../src-core/kvm/layouts';
import { handleChangedSpte } from '../../../src-core/sim/changed-spte';
import type { Machine } from '../../../src-core/sim/machine';
import { readRfcCases, type RfcCase } from '../../../src-core/sim/rfc-case';
import { TableMemory } from '../../../src-core/sim/table-memory';
import { pagesAtLevel } from '../../../src-core/sim/table-page';
import { Task } from '../../../src-core/sim/task';
import { goldenRfcChanges } from '../../golden/rfc-changed-pte';
import { finish, machineOf, vm } from './small-machine';

/**
 * A machine with the RFC's books on the predicates that the recordings were made with: v5.4's, where
 * the RFC itself was written for v5.3.
 */
function recordedMachine(): Machine {
  const machine = machineOf(vm('rfc-2019'));
  const { parked } = machine.kind.masks.era;
  const masks = spteMasks({ ...findLayout('v5.4.0-v5.5.2')!, parked }, 'ept', {});
  Object.assign(machine.kind, { masks });
  return machine;
}

/** Gives the machine the tables below an entry. */
function adoptBelow(machine: Machine, given: RfcCase): void {
  const listed = TableMemory.fromList(given.pages, 0n);
  const adopt = (spte: bigint, level: number, gfn: number): void => {
    const { masks } = machine.kind;
    if (!isShadowPresent(masks, spte) || isLast(spte, level)) return;
    const table = listed.table(Number(frameNumber(masks, spte)) * 4096);
    if (!table || machine.pages.get(table.pa)) return;
    machine.pages.adopt(table, { level: level - 1, gfn, asId: 0, root: false });
    for (let index = 0; index < 512; index++) {
      const step = pagesAtLevel[level - 1]!;
      adopt(table.entry(index), level - 1, gfn + index * step);
    }
  };
  adopt(given.change.oldPte, given.change.level, given.change.gfn);
}

/** Writes and frees, as the recordings list them. */
function story(machine: Machine): (string | number)[][] {
  return [...machine.events.from()].flatMap(({ kind, table, index, old }) => {
    const pa = `0x${(table ?? 0).toString(16)}`;
    if (kind === 'write') return [['write', pa, index!, `0x${old!.toString(16)}`]];
    return kind === 'table-freed' ? [['free', pa]] : [];
  });
}

describe('a machine that keeps its books as the RFC of 2019 did', () => {
  for (const { name, read } of goldenRfcChanges) {
    const file = read();
    const cases = readRfcCases(file);
    file.cases.forEach((expected, number) => {
      it(`${name} ${number}: ${expected.kind}, level ${expected.level}`, () => {
        assert.ok(Array.isArray(cases));
        const machine = recordedMachine();
        const given = cases[number]!;
        adoptBelow(machine, given);
        const { gfn, level, oldPte, newPte } = given.change;
        const change = { asId: 0, gfn, level, old: oldPte, new: newPte, shared: true };
        finish(machine, handleChangedSpte(new Task(machine), change));
        assert.deepEqual(story(machine), expected.events);
        const warns = [...machine.events.from()].filter(({ kind }) => kind === 'warn').length;
        assert.equal(warns, expected.kernel_warns);
        assert.equal(machine.stopped?.kind ?? null, expected.kernel_bug === null ? null : 'bug');
      });
    });
  }
});
