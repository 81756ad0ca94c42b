import assert from 'node:assert/strict';
import type { CpuConfig } from '../../../src-core/paging/cpu';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { checkAccess } from '../../../src-core/walk/access';
import type { Access, AccessAnswer } from '../../../src-core/walk/access-answer';
import { walkTables } from './tables';

const root = 0x4000_0000n;
const address = (1n << 30n) | (2n << 21n) | (3n << 12n);
const page = 0x8000_0000n;
const flags = { valid: 1n, table: 3n, accessed: 1n << 10n, user: 1n << 6n, readOnly: 1n << 7n };
const pxn = 1n << 53n;
const uxn = 1n << 54n;
const dbm = 1n << 51n;
const read = 1n << 6n;
const write = 1n << 7n;

interface Tables {
  readonly leaf: bigint;
  /** As KVM counts: 1 is a page, 2 a block. */
  readonly level?: number;
  readonly above?: bigint;
}

function ask(
  format: 'arm64-stage1' | 'arm64-stage2',
  { leaf, level = 1, above = 0n }: Tables,
  access: Access,
  cpu: CpuConfig = {},
): AccessAnswer {
  const compiled = hardwareFormat(format).compile({ levels: 3, cpu, inputBits: 39 });
  const words = new Map<bigint, bigint>();
  for (let at = 3; at >= level; at--) {
    const index = (address >> BigInt(12 + 9 * (at - 1))) & 0x1ffn;
    const next = root + BigInt(4 - at) * 0x1000n;
    words.set(next - 0x1000n + index * 8n, at === level ? leaf : next | flags.table | above);
  }
  return checkAccess(walkTables(words, compiled, root, address), compiled, access);
}

const stage2 = (tables: Tables, access: Access, cpu?: CpuConfig): AccessAnswer =>
  ask('arm64-stage2', tables, access, cpu);
const stage1 = (tables: Tables, access: Access, cpu?: CpuConfig): AccessAnswer =>
  ask('arm64-stage1', tables, access, cpu);

const pageEntry = page | flags.table | flags.accessed;
const blockEntry = page | flags.valid | flags.accessed;

describe('arm64 accesses', () => {
  // Facts on arm64, section 11: the syndromes and what they mean.
  const rows: readonly [string, bigint, AccessAnswer][] = [
    [
      'data read, translation level 2',
      0x9200_0006n,
      stage2({ leaf: 0n, level: 2 }, { type: 'read' }),
    ],
    [
      'data write, translation level 1',
      0x9200_0045n,
      stage2({ leaf: 0n, level: 3 }, { type: 'write' }),
    ],
    [
      'data write, permission level 3',
      0x9200_004fn,
      stage2({ leaf: pageEntry | read }, { type: 'write' }),
    ],
    [
      'data write, permission level 2',
      0x9200_004en,
      stage2({ leaf: blockEntry | read, level: 2 }, { type: 'write' }),
    ],
    [
      'fetch, permission level 3',
      0x8200_000fn,
      stage2({ leaf: pageEntry | read | write | uxn }, { type: 'execute' }),
    ],
    [
      'fetch, translation level 2',
      0x8200_0006n,
      stage2({ leaf: 0n, level: 2 }, { type: 'execute' }),
    ],
    [
      'stage-1 walk, access flag level 3',
      0x9200_008bn,
      stage2(
        { leaf: (pageEntry | read | write) & ~flags.accessed },
        { type: 'read', guestTable: true },
      ),
    ],
    [
      'stage-1 walk, permission level 3',
      0x9200_008fn,
      stage2({ leaf: pageEntry | read }, { type: 'write', guestTable: true }),
    ],
    [
      'own oops: data write, translation level 3',
      0x9600_0047n,
      stage1({ leaf: 0n }, { type: 'write' }),
    ],
  ];
  for (const [name, esr, answer] of rows) {
    it(`0x${esr.toString(16)}: ${name}`, () => {
      assert.equal(answer.allowed, false);
      assert.equal(answer.fault?.name, 'esr');
      assert.equal(answer.fault.value, esr);
    });
  }

  it('a walk of five levels may fault at level -1', () => {
    const cpu: CpuConfig = { lpa2: true };
    const compiled = hardwareFormat('arm64-stage1').compile({ levels: 5, cpu, inputBits: 52 });
    const walk = walkTables(new Map(), compiled, root, address);
    const answer = checkAccess(walk, compiled, { type: 'read', user: true });
    assert.equal(answer.fault?.value, 0x9200_002bn);
  });

  it('address size comes before the access flag, the access flag before permission', () => {
    const wide = (1n << 46n) | flags.table;
    assert.equal(
      stage2({ leaf: wide }, { type: 'write' }, { paBits: 40 }).fault?.value,
      0x9200_0043n,
    );
    assert.equal(
      stage2({ leaf: page | flags.table }, { type: 'write' }).fault?.value,
      0x9200_004bn,
    );
  });

  it('a reserved block type is a translation fault', () => {
    const answer = stage2({ leaf: page | flags.valid | flags.accessed }, { type: 'read' });
    assert.equal(answer.fault?.value, 0x9200_0007n);
    assert.deepEqual(answer.decidedBy?.bits, [1, 0]);
  });

  it('stage 2: rights of the leaf, execute by exception level', () => {
    const allowed = (entry: bigint, access: Access, cpu: CpuConfig = {}): boolean | null =>
      stage2({ leaf: pageEntry | entry }, access, cpu).allowed;
    assert.equal(allowed(0n, { type: 'execute' }), true);
    assert.equal(allowed(0n, { type: 'read' }), false);
    assert.equal(allowed(write, { type: 'write' }), true);
    assert.equal(allowed(pxn, { type: 'execute' }, { xnx: true }), false);
    assert.equal(allowed(pxn, { type: 'execute', user: true }, { xnx: true }), true);
    assert.equal(allowed(pxn | uxn, { type: 'execute' }, { xnx: true }), true);
    assert.equal(allowed(pxn | uxn, { type: 'execute' }), false);
  });

  it('stage 1: EL0, EL1, PAN, WXN and what tables take away', () => {
    const refused = (entry: bigint, access: Access, above = 0n, cpu: CpuConfig = {}): string =>
      stage1({ leaf: pageEntry | entry, above }, access, cpu).decidedBy?.why ?? '';
    assert.equal(refused(flags.user, { type: 'write', user: true }), '');
    assert.match(refused(0n, { type: 'read', user: true }), /EL0 has no access here: level 3/);
    assert.match(refused(flags.readOnly, { type: 'write' }), /read-only/);
    assert.match(refused(flags.user, { type: 'execute' }), /EL0 may write here/);
    assert.match(refused(flags.user | uxn, { type: 'execute', user: true }), /EL0 may not execute/);
    assert.match(refused(pxn, { type: 'execute' }), /PXN/);
    assert.match(refused(flags.user, { type: 'read', pan: true }), /PSTATE\.PAN/);
    assert.match(refused(0n, { type: 'execute', wxn: true }), /SCTLR\.WXN/);
    assert.match(refused(0n, { type: 'write' }, 1n << 62n), /read-only: level 1/);
    assert.equal(refused(0n, { type: 'write' }, 1n << 62n, { noTablePermissions: true }), '');
    assert.match(refused(uxn, { type: 'execute' }, 0n, { regime: 'el2-nvhe' }), /XN/);
    assert.equal(refused(0n, { type: 'read', user: true }, 0n, { regime: 'el2-nvhe' }), '');
  });

  it('writes back the access flag and the dirty state where hardware does', () => {
    const cpu: CpuConfig = { hardwareAccessFlag: true, hardwareDirty: true };
    const old = page | flags.table | dbm;
    const first = stage1({ leaf: old | flags.readOnly }, { type: 'write' }, cpu);
    assert.equal(first.allowed, true);
    assert.deepEqual(
      first.sets.map(({ before, after }) => before ^ after),
      [flags.accessed | flags.readOnly],
    );
    const second = stage2({ leaf: old | read }, { type: 'write' }, cpu);
    assert.deepEqual(
      second.sets.map(({ before, after }) => before ^ after),
      [flags.accessed | write],
    );
    assert.deepEqual(stage2({ leaf: old | flags.accessed | read }, { type: 'read' }, cpu).sets, []);
  });
});
