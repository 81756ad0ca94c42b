import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { hardwareFormat } from '../../../src-core/paging/registry';
import type { Access } from '../../../src-core/walk/access-answer';
import {
  checkNestedAccess,
  type NestedAccessAnswer,
  nestedAccessFacts,
} from '../../../src-core/walk/access-nested';
import { translateNested } from '../../../src-core/walk/nested';
import { fixturePlace, sharedPlace } from '../../golden/places';
import { memoryOf } from './tables';

interface TableWalkCase {
  readonly test: string;
  readonly kind: string;
  readonly ept_ad_bits?: 'enabled' | 'disabled' | 'either';
  readonly ept_perm_of_the_guest_pte_page?: number;
  readonly guest_pte_ad?: number;
  readonly op: 'read' | 'write' | 'exec_supervisor' | 'exec_user';
  readonly result: 'allowed' | 'ept_violation';
  readonly exit_qualification?: number;
}

/** Guest tables at 0x10000 … 0x13000, one page at 0x20000; all of them where the guest thinks. */
const guestRoot = 0x1_0000n;
const guestPte = 0x1_3000n;
const page = 0x2_0000n;
const guestPages = [0x1_0000n, 0x1_1000n, 0x1_2000n, guestPte, page];

interface Setting {
  readonly second: 'ept' | 'npt';
  /** The guest's PTE, and bits of the second dimension's leaf for the page that holds it. */
  readonly pte: bigint;
  readonly leafOfPtePage: bigint;
}

function ask({ second, pte, leafOfPtePage }: Setting, access: Access): NestedAccessAnswer {
  const all = second === 'ept' ? 0x7n : 0x27n;
  const writeBack = second === 'ept' ? 0x30n : 0n;
  const root = 0x10_0000n;
  const words: [bigint, bigint][] = [
    [guestRoot, 0x1_1027n],
    [0x1_1000n, 0x1_2027n],
    [0x1_2000n, guestPte | 0x27n],
    [guestPte, pte],
    [root, 0x10_1000n | all],
    [0x10_1000n, 0x10_2000n | all],
    [0x10_2000n, 0x10_3000n | all],
    ...guestPages.map((gpa): [bigint, bigint] => [
      0x10_3000n + (gpa >> 12n) * 8n,
      gpa | writeBack | (gpa === guestPte ? leafOfPtePage : all),
    ]),
  ];
  const first = hardwareFormat('x86-64').compile({ levels: 4, cpu: {} });
  const under = hardwareFormat(second).compile({ levels: 4, cpu: {} });
  const walk = translateNested(
    memoryOf(words),
    { compiled: first, root: guestRoot },
    { compiled: under, root },
    0x123n,
  );
  return checkNestedAccess(walk, first, under, access);
}

const operations: Readonly<Record<TableWalkCase['op'], Access>> = {
  read: { type: 'read' },
  write: { type: 'write' },
  exec_supervisor: { type: 'execute' },
  exec_user: { type: 'execute', user: true },
};

const name = 'kvm-unit-tests-ept.json';
const cases = (
  JSON.parse(
    readFileSync(sharedPlace('external', name) ?? fixturePlace('access', name), 'utf8'),
  ) as {
    readonly access_cases: readonly TableWalkCase[];
  }
).access_cases.filter(({ kind }) => kind === 'guest_page_table_walk');

describe('accesses of a guest through two dimensions', () => {
  it(`${name}: ${cases.length} of ${cases.length} walks of guest tables`, () => {
    for (const row of cases) {
      const modes = row.ept_ad_bits === 'either' ? ['enabled', 'disabled'] : [row.ept_ad_bits];
      for (const mode of modes) {
        const answer = ask(
          {
            second: 'ept',
            pte: page | 0x7n | BigInt(row.guest_pte_ad!),
            leafOfPtePage: BigInt(row.ept_perm_of_the_guest_pte_page!),
          },
          { ...operations[row.op], accessedDirty: mode === 'enabled' },
        );
        const where = JSON.stringify(row);
        assert.equal(answer.allowed, row.result === 'allowed', where);
        assert.equal(answer.dimension, row.result === 'allowed' ? null : 2, where);
        if (row.exit_qualification === undefined) continue;
        assert.equal(answer.fault!.value, BigInt(row.exit_qualification), where);
      }
    }
  });

  it('NPT: a read-only page under a guest table stops any access (npt_rw_pfwalk)', () => {
    const setting: Setting = { second: 'npt', pte: page | 0x67n, leafOfPtePage: 0x25n };
    const answer = ask(setting, { type: 'read' });
    assert.equal(answer.exception, 'NPF');
    assert.equal(answer.fault?.value, 0x2_0000_0007n);
  });

  it("the guest's own tables refuse before the page under them is reached", () => {
    const setting: Setting = { second: 'ept', pte: page | 0x61n, leafOfPtePage: 0x7n };
    const answer = ask(setting, { type: 'write', user: true });
    assert.equal(answer.dimension, 1);
    assert.equal(answer.exception, '#PF');
    assert.equal(answer.fault?.value, 7n);
    assert.equal(nestedAccessFacts(answer)['dimension'], 1);
    assert.equal(nestedAccessFacts(answer)['error_code'], '0x7');
  });

  it('flags are set in both dimensions', () => {
    const setting: Setting = { second: 'ept', pte: page | 0x7n, leafOfPtePage: 0x7n };
    const answer = ask(setting, { type: 'write' });
    assert.equal(answer.allowed, true);
    assert.deepEqual(
      answer.sets.map(({ entryAddress, after, before }) => [entryAddress, after ^ before]),
      [[guestPte, 0x60n]],
    );
    // Four upper levels once, and the leaf of each guest page written to (EPT counts table reads).
    assert.equal(answer.secondSets.length, 3 + guestPages.length);
    assert.ok(
      answer.secondSets.slice(0, 3).every(({ after, before }) => (after ^ before) === 0x100n),
    );
    assert.ok(answer.secondSets.slice(3).every(({ after, before }) => (after ^ before) === 0x300n));
  });
});
