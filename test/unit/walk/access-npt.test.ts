import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bitMask } from '../../../src-core/word';
import type { CpuConfig } from '../../../src-core/paging/cpu';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { checkAccess } from '../../../src-core/walk/access';
import type { Access, AccessAnswer } from '../../../src-core/walk/access-answer';
import { fixturePlace, sharedPlace } from '../../golden/places';
import { walkTables } from './tables';

interface NptCase {
  readonly test: string;
  readonly changed_entry: string;
  readonly host_efer_nx?: number;
  readonly host_cr4_smep?: number;
  readonly op: string;
  readonly exit: 'NPF' | null;
  readonly exit_info_1: string | null;
  readonly mask_out?: string;
}

const name = 'kvm-unit-tests-npt.json';
const file = JSON.parse(
  readFileSync(sharedPlace('external', name) ?? fixturePlace('access', name), 'utf8'),
) as { readonly cases: readonly NptCase[] };

const maxPhysBits = 46;
const root = 0x10_0000n;
const page = 0x4000_0000n;
const address = (1n << 39n) | (2n << 30n) | (3n << 21n) | (4n << 12n);
const usual = 0x27n;
const noExecute = 1n << 63n;

/** What the words of `changed_entry` do: which level, whether it is large, bits set and cleared. */
interface Change {
  readonly level: number;
  readonly large: boolean;
  readonly set: bigint;
  readonly clear: bigint;
}
const places: readonly [RegExp, { level: number; large: boolean }][] = [
  [/^(leaf|4 KiB leaf)/, { level: 1, large: false }],
  [/^2 MiB leaf/, { level: 2, large: true }],
  [/^PDPTE: PS, and/, { level: 3, large: true }],
  [/^PDPTE/, { level: 3, large: false }],
  [/^PML4E/, { level: 4, large: false }],
];
const bitWords: readonly [RegExp, Partial<Change>][] = [
  [/\bNX (set|\()/, { set: noExecute }],
  [/present clear/, { clear: 1n }],
  [/U\/S clear/, { clear: 4n }],
  [/\bW clear/, { clear: 2n }],
  [/MAXPHYADDR\.\.51/, { set: bitMask(51, maxPhysBits) }],
  [/bits 13\.\.20/, { set: bitMask(20, 13) }],
  [/bits 13\.\.29/, { set: bitMask(29, 13) }],
  [/bit 8\b/, { set: 0x100n }],
];

function changeOf(text: string): Change {
  const place = places.find(([pattern]) => pattern.test(text));
  assert.ok(place, text);
  const changes = bitWords.filter(([pattern]) => pattern.test(text)).map(([, change]) => change);
  assert.ok(changes.length > 0 || /U\/S set/.test(text), text);
  return {
    ...place[1],
    set: changes.reduce((bits, change) => bits | (change.set ?? 0n), 0n),
    clear: changes.reduce((bits, change) => bits | (change.clear ?? 0n), 0n),
  };
}

const operations: readonly [RegExp, Access][] = [
  [/page-table walk/, { type: 'read', guestTable: true }],
  [/guest write/, { type: 'write' }],
  [/fetch/, { type: 'execute' }],
  [/guest read/, { type: 'read' }],
];

function answerOf(row: NptCase): AccessAnswer {
  const change = changeOf(row.changed_entry);
  const operation = operations.find(([pattern]) => pattern.test(row.op));
  assert.ok(operation, row.op);
  const access: Access = {
    ...operation[1],
    user: !/supervisor/.test(row.op),
    nxe: row.host_efer_nx !== 0,
    hostSmep: row.host_cr4_smep === 1,
    gmet: /GMET on/.test(row.changed_entry),
  };
  const cpu: CpuConfig = { maxPhysBits, nx: row.host_efer_nx !== 0 };
  const compiled = hardwareFormat('npt').compile({ levels: 4, cpu });
  const words = new Map<bigint, bigint>();
  for (let level = 4; level >= 1; level--) {
    const index = (address >> BigInt(12 + 9 * (level - 1))) & 0x1ffn;
    const leaf = level === 1 || (change.large && level === change.level);
    const next = root + BigInt(5 - level) * 0x1000n;
    const entry = leaf ? page | usual | (level > 1 ? 0x80n : 0n) : next | usual;
    const own = level === change.level ? (entry | change.set) & ~change.clear : entry;
    words.set(root + BigInt(4 - level) * 0x1000n + index * 8n, own);
  }
  return checkAccess(walkTables(words, compiled, root, address), compiled, access);
}

describe('NPT accesses', () => {
  const count = file.cases.length;
  it(`${name}: ${count} of ${count}`, () => {
    for (const row of file.cases) {
      const answer = answerOf(row);
      const where = JSON.stringify(row);
      assert.equal(answer.exception, row.exit, where);
      assert.equal(answer.allowed, row.exit === null, where);
      if (row.exit_info_1 === null) continue;
      const care = ~BigInt(/0x[0-9a-f]+/.exec(row.mask_out ?? '0x0')![0]);
      assert.equal(answer.fault!.value & care, BigInt(row.exit_info_1) & care, where);
    }
  });
});
