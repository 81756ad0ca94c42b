import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CpuConfig } from '../../../src-core/paging/cpu';
import type { CompiledFormat, HardwareFormatName } from '../../../src-core/paging/format';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { decodeWord } from '../../../src-core/kvm/words';
import { checkAccess } from '../../../src-core/walk/access';
import type { Access, AccessAnswer } from '../../../src-core/walk/access-answer';
import { translate } from '../../../src-core/walk/translate';
import type { WalkResult } from '../../../src-core/walk/walk-result';
import { memoryOf } from './tables';

const shapes: readonly { readonly name: HardwareFormatName; readonly levels: number }[] = [
  { name: 'x86-64', levels: 4 },
  { name: 'x86-64', levels: 5 },
  { name: 'pae', levels: 3 },
  { name: 'x86-32', levels: 2 },
  { name: 'ept', levels: 4 },
  { name: 'npt', levels: 4 },
  { name: 'arm64-stage1', levels: 4 },
  { name: 'arm64-stage2', levels: 3 },
];

const flag = fc.boolean();
const anyAccess: fc.Arbitrary<Access> = fc.record(
  {
    type: fc.constantFrom('read', 'write', 'execute'),
    user: flag,
    cr0Wp: flag,
    smep: flag,
    smap: flag,
    ac: flag,
    implicit: flag,
    pke: flag,
    pkru: fc.bigInt({ min: 0n, max: 0xffff_ffffn }),
    pks: flag,
    pkrs: fc.bigInt({ min: 0n, max: 0xffff_ffffn }),
    guestTable: flag,
    accessedDirty: flag,
    linearAddress: flag,
    gmet: flag,
    hostSmep: flag,
    pan: flag,
    wxn: flag,
  },
  { requiredKeys: ['type'] },
);
const anyCpu: fc.Arbitrary<CpuConfig> = fc.record(
  {
    nx: flag,
    mbec: flag,
    execOnly: flag,
    maxPhysBits: fc.integer({ min: 36, max: 52 }),
    hardwareAccessFlag: flag,
    hardwareDirty: flag,
    xnx: flag,
  },
  { requiredKeys: [] },
);

/**
 * Bits of an entry that most formats read, set often; the rest at random. Level L's table is the
 * page of frame L, so that a walk goes down where the entry lets it.
 */
const anyEntry = fc
  .tuple(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), fc.bigInt({ min: 0n, max: 0x7ffn }))
  .chain(([wild, low]) => fc.constantFrom(wild, low | 1n, low | 7n, low | 0x403n, 0x423n | 7n));

interface Case {
  readonly compiled: CompiledFormat;
  readonly walk: WalkResult;
}

function walkOf(shape: (typeof shapes)[number], cpu: CpuConfig, entries: readonly bigint[]): Case {
  const compiled = hardwareFormat(shape.name).compile({ levels: shape.levels, cpu });
  const frame = (level: number): bigint => BigInt(level) << 16n;
  const words = entries.slice(0, shape.levels).map((entry, index): [bigint, bigint] => {
    const level = shape.levels - index;
    return [frame(level), entry < 0x800n ? entry | frame(level - 1) : entry];
  });
  const walk = translate(memoryOf(words, compiled.entryBytes), compiled, frame(shape.levels), 0n);
  return { compiled, walk };
}

const anyCase = fc
  .tuple(fc.constantFrom(...shapes), anyCpu, fc.array(anyEntry, { minLength: 5, maxLength: 5 }))
  .map(([shape, cpu, entries]) => walkOf(shape, cpu, entries));

const wordNames: Readonly<Record<string, string>> = {
  error_code: 'page-fault-error',
  exit_qualification: 'exit-qualification',
  exit_info_1: 'npf-exit-info-1',
  esr: 'esr',
};

function coherent(answer: AccessAnswer): void {
  assert.notEqual(answer.why, '');
  assert.equal(answer.exception !== null, answer.allowed === false);
  assert.equal(answer.decidedBy !== null, answer.allowed === false);
  if (answer.allowed !== true) assert.deepEqual(answer.sets, []);
  for (const { before, after } of answer.sets) assert.notEqual(before, after);
  if (!answer.fault) return;
  const word = decodeWord(wordNames[answer.fault.name]!, answer.fault.value);
  assert.ok(!('problem' in word));
  assert.deepEqual(word.findings, []);
}

/** What a mapped walk's rights say about an access without any of the CPU's extra switches. */
function byPermissions({ compiled, walk }: Case, type: Access['type'], user: boolean): boolean {
  const rights = walk.permissions!;
  const reachable =
    compiled.format.name === 'npt' ? rights.user === true : !user || rights.user !== false;
  const execute = user ? (rights.userExecute ?? rights.execute) : rights.execute;
  const right = { read: rights.read, write: rights.write, execute }[type];
  // Stage 1 tells EL0's right to execute apart from its right to read.
  const needed = compiled.format.name === 'arm64-stage1' && type === 'execute' ? true : reachable;
  return right && needed;
}

describe('accesses', () => {
  it('any tables, any CPU, any access: an answer that holds together', () => {
    fc.assert(
      fc.property(anyCase, anyAccess, ({ compiled, walk }, access) =>
        coherent(checkAccess(walk, compiled, access)),
      ),
      { numRuns: 3000 },
    );
  });

  it('agree with the rights of the walk', () => {
    const types = fc.constantFrom<Access['type']>('read', 'write', 'execute');
    let mapped = 0;
    fc.assert(
      fc.property(anyCase, types, flag, (given, type, user) => {
        if (given.walk.status !== 'mapped') return;
        mapped++;
        const answer = checkAccess(given.walk, given.compiled, { type, user, cr0Wp: true });
        assert.equal(answer.allowed, byPermissions(given, type, user), answer.why);
      }),
      { numRuns: 6000 },
    );
    assert.ok(mapped > 300, `${mapped} walks were mapped`);
  });
});
