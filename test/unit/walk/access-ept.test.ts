import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { CpuConfig } from '../../../src-core/paging/cpu';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { checkAccess } from '../../../src-core/walk/access';
import type { Access, AccessAnswer } from '../../../src-core/walk/access-answer';
import { guestTableAccess } from '../../../src-core/walk/access-guest-table';
import { fixturePlace, sharedPlace } from '../../golden/places';
import { walkTables } from './tables';

interface EptCase {
  readonly test: string;
  readonly mbec: boolean | 'either';
  readonly execute_only_ept: 'supported' | 'not_supported' | 'either';
  readonly kind: 'final_access' | 'guest_page_table_walk';
  readonly ept_perm?: number;
  readonly ept_ad_bits?: 'enabled' | 'disabled' | 'either';
  readonly ept_perm_of_the_guest_pte_page?: number;
  readonly guest_pte_ad?: number;
  readonly op: 'read' | 'write' | 'exec_supervisor' | 'exec_user' | 'any';
  readonly result: 'allowed' | 'ept_violation' | 'ept_misconfig';
  readonly exit_qualification?: number;
}

interface EptFile {
  readonly access_cases: readonly EptCase[];
  readonly reserved_bits: {
    readonly level_specific: readonly {
      readonly level: number;
      readonly large: boolean;
      readonly bit: number;
      readonly present_result: string;
    }[];
    readonly not_present: { readonly op: string; readonly exit_qualification: number };
  };
  readonly ignored_bits_every_level: readonly (number | string)[];
}

const name = 'kvm-unit-tests-ept.json';
const file = JSON.parse(
  readFileSync(sharedPlace('external', name) ?? fixturePlace('access', name), 'utf8'),
) as EptFile;

const root = 0x10_0000n;
const address = (1n << 39n) | (2n << 30n) | (3n << 21n) | (4n << 12n);
const allRights = 0x7n | (1n << 10n);
const writeBack = 6n << 3n;

/** Where one entry of the path is changed. */
interface Spot {
  readonly level: number;
  readonly large: boolean;
}
const spots: readonly Spot[] = [
  ...[1, 2, 3, 4].map((level) => ({ level, large: false })),
  ...[2, 3].map((level) => ({ level, large: true })),
];
/** Page frames aligned for 1 GiB, so that any level can map them. */
const page = 0x4000_0000n;

function ask(spot: Spot, rights: bigint, extra: bigint, cpu: CpuConfig, access: Access) {
  const compiled = hardwareFormat('ept').compile({ levels: 4, cpu });
  const words = new Map<bigint, bigint>();
  for (let level = 4; level >= 1; level--) {
    const table = root + BigInt(4 - level) * 0x1000n;
    const index = (address >> BigInt(12 + 9 * (level - 1))) & 0x1ffn;
    const leaf = level === 1 || (spot.large && level === spot.level);
    const target = leaf
      ? page | writeBack | (level > 1 ? 0x80n : 0n)
      : root + BigInt(5 - level) * 0x1000n;
    const own = level === spot.level ? rights | extra : allRights;
    words.set(table + index * 8n, target | own);
  }
  return checkAccess(walkTables(words, compiled, root, address), compiled, access);
}

function results(answer: AccessAnswer): { result: string; qualification: bigint | undefined } {
  const result =
    answer.exception === 'EPT violation'
      ? 'ept_violation'
      : answer.exception === 'EPT misconfiguration'
        ? 'ept_misconfig'
        : answer.allowed
          ? 'allowed'
          : 'unknown';
  return { result, qualification: answer.fault?.value };
}

const expand = <T>(value: T | 'either', both: readonly T[]): readonly T[] =>
  value === 'either' ? both : [value];

const operations: Readonly<Record<string, Access>> = {
  read: { type: 'read' },
  write: { type: 'write' },
  exec_supervisor: { type: 'execute' },
  exec_user: { type: 'execute', user: true },
};

/** Every concrete question one case stands for. */
function questions(row: EptCase): { cpu: CpuConfig; access: Access; spot: Spot; rights: bigint }[] {
  const ops = row.op === 'any' ? Object.values(operations) : [operations[row.op]!];
  const list = [];
  for (const mbec of expand(row.mbec, [true, false])) {
    for (const execOnly of expand<string>(row.execute_only_ept, ['supported', 'not_supported'])) {
      for (const ad of expand(row.ept_ad_bits ?? 'enabled', ['enabled', 'disabled'])) {
        for (const op of ops) {
          for (const spot of row.kind === 'final_access' ? spots : [{ level: 1, large: false }]) {
            const own = { ...op, accessedDirty: ad === 'enabled' };
            const access =
              row.kind === 'final_access'
                ? own
                : guestTableAccess(own, BigInt(row.guest_pte_ad!) | 0x7n, true);
            const rights = BigInt((row.ept_perm ?? row.ept_perm_of_the_guest_pte_page)!);
            list.push({ cpu: { mbec, execOnly: execOnly === 'supported' }, access, spot, rights });
          }
        }
      }
    }
  }
  return list;
}

describe('EPT accesses', () => {
  it(`${name}: ${file.access_cases.length} of ${file.access_cases.length} cases`, () => {
    for (const row of file.access_cases) {
      for (const { cpu, access, spot, rights } of questions(row)) {
        const { result, qualification } = results(ask(spot, rights, 0n, cpu, access));
        const where = JSON.stringify({ row, cpu, spot });
        assert.equal(result, row.result, where);
        if (row.exit_qualification === undefined) continue;
        assert.equal(qualification! & 0x1ffn, BigInt(row.exit_qualification), where);
      }
    }
  });

  const cpu: CpuConfig = { maxPhysBits: 46 };
  const read: Access = { type: 'read' };

  it(`${name}: reserved bits by level, ignored where nothing is present`, () => {
    const { level_specific: specific, not_present: absent } = file.reserved_bits;
    const wide = spots.flatMap((spot) => [46, 47, 51].map((bit) => ({ ...spot, bit })));
    for (const { level, large, bit } of [...specific, ...wide]) {
      const spot = { level, large };
      const where = `level ${level} ${large ? 'large' : ''} bit ${bit}`;
      const extra = 1n << BigInt(bit);
      assert.equal(results(ask(spot, 7n, extra, cpu, read)).result, 'ept_misconfig', where);
      const { result, qualification } = results(ask(spot, 0n, extra, cpu, read));
      assert.equal(result, 'ept_violation', where);
      assert.equal(qualification, BigInt(absent.exit_qualification), where);
    }
  });

  it(`${name}: ignored bits`, () => {
    const numbers = file.ignored_bits_every_level.map((bit) => Number.parseInt(String(bit), 10));
    for (const spot of spots) {
      for (const bit of numbers) {
        const { result } = results(ask(spot, 7n, 1n << BigInt(bit), cpu, read));
        assert.equal(result, 'allowed', `level ${spot.level} bit ${bit}`);
      }
    }
  });

  it('tells why an entry is a misconfiguration, and by which bits', () => {
    const why = (rights: bigint, extra: bigint, more: CpuConfig = {}): string =>
      ask({ level: 1, large: false }, rights, extra, { ...cpu, ...more }, read).why;
    assert.equal(why(2n, 0n), 'W without R at level 1');
    assert.match(why(4n, 0n, { execOnly: false }), /^execute-only at level 1/);
    assert.match(why(0x400n, 0n, { execOnly: false, mbec: true }), /^execute-only at level 1/);
    assert.equal(why(7n, 1n << 50n), 'reserved bits 50 are set at level 1');
    assert.equal(why(7n, 1n << 3n), 'memory type 7 at level 1 does not exist');
  });

  it('sets accessed flags on the way, dirty in the leaf of a write', () => {
    const sets = (access: Access): [number, bigint][] =>
      ask({ level: 1, large: false }, 7n, 0n, cpu, access).sets.map((set) => [
        set.level,
        set.after ^ set.before,
      ]);
    const accessed: [number, bigint][] = [4, 3, 2].map((level) => [level, 0x100n]);
    assert.deepEqual(sets({ type: 'read' }), [...accessed, [1, 0x100n]]);
    assert.deepEqual(sets({ type: 'write' }), [...accessed, [1, 0x300n]]);
    assert.deepEqual(sets({ type: 'read', guestTable: true }), [...accessed, [1, 0x300n]]);
    assert.deepEqual(sets({ type: 'write', accessedDirty: false }), []);
  });
});
