import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { checkAccess } from '../../../src-core/walk/access';
import type { Access, AccessAnswer } from '../../../src-core/walk/access-answer';
import { fixturePlace, sharedPlace } from '../../golden/places';
import { walkTables } from './tables';

interface AccessCase {
  readonly pdpte: string;
  readonly pde: string;
  readonly pte: string | null;
  readonly user: number;
  readonly write: number;
  readonly fetch: number;
  readonly nxe: number;
  readonly wp: number;
  readonly smep: number;
  readonly pke: number;
  readonly pkru_ad1: number;
  readonly pkru_wd1: number;
  readonly fault: number;
  readonly error: number;
  readonly pde_after: string;
  readonly pde_after_ignore: string;
  readonly pte_after: string;
}

const maxPhysBits = 36;
const root = 0x200_1000n;
const pdptPage = 0x200_2000n;
const pdPage = 0x200_3000n;
const ptPage = 0x200_4000n;
const pml4eAddress = root + 8n;
const pdpteAddress = pdptPage + 2n * 8n;
const pdeAddress = pdPage + 3n * 8n;
const pteAddress = ptPage + 4n * 8n;
const address = (1n << 39n) | (2n << 30n) | (3n << 21n) | (4n << 12n) | 0x123n;

function answerOf(row: AccessCase): AccessAnswer {
  const words = new Map([
    [pml4eAddress, pdptPage | 0x27n],
    [pdpteAddress, BigInt(row.pdpte)],
    [pdeAddress, BigInt(row.pde)],
    [pteAddress, BigInt(row.pte ?? '0x0')],
  ]);
  const access: Access = {
    type: row.fetch ? 'execute' : row.write ? 'write' : 'read',
    user: row.user === 1,
    cr0Wp: row.wp === 1,
    smep: row.smep === 1,
    nxe: row.nxe === 1,
    pke: row.pke === 1,
    pkru: BigInt(row.pkru_ad1 * 4 + row.pkru_wd1 * 8),
  };
  const cpu = { maxPhysBits, nx: row.nxe === 1 };
  const compiled = hardwareFormat('x86-64').compile({ levels: 4, cpu });
  return checkAccess(walkTables(words, compiled, root, address), compiled, access);
}

/** What the model leaves in an entry, against what the answer says is written back. */
function afterAccess(answer: AccessAnswer, entryAddress: bigint, before: string): bigint {
  const update = answer.sets.find((set) => set.entryAddress === entryAddress);
  return update?.after ?? BigInt(before);
}

function agree(row: AccessCase): void {
  const answer = answerOf(row);
  assert.equal(answer.allowed, row.fault === 0);
  assert.equal(answer.fault?.value ?? 0n, BigInt(row.error));
  assert.equal(answer.exception, row.fault ? '#PF' : null);
  assert.equal(answer.decidedBy === null, row.fault === 0);
  // A faulting access may leave A set above: the model says where it does not care.
  const care = ~BigInt(row.pde_after_ignore);
  const pde = afterAccess(answer, pdeAddress, row.pde);
  assert.equal(pde & care, BigInt(row.pde_after) & care);
  if (row.pte === null) return;
  assert.equal(afterAccess(answer, pteAddress, row.pte), BigInt(row.pte_after));
}

const name = 'kvm-unit-tests-access.jsonl';
const place = sharedPlace('external', name) ?? fixturePlace('access', name);
const rows = readFileSync(place, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as AccessCase);

describe('x86 accesses', () => {
  it(`${name}: ${rows.length} of ${rows.length}`, () => {
    for (const row of rows) {
      try {
        agree(row);
      } catch (cause) {
        throw new Error(JSON.stringify(row), { cause });
      }
    }
  });
});
