import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { decodeArm64 } from '../../../src-core/kvm/arm64-decode';
import { decodeEntry, otherKernels } from '../../../src-core/kvm/decode';
import { encodeEntry, fieldShapes } from '../../../src-core/kvm/encode';
import { arm64Request, isArm64Record } from '../../../src-core/kvm/arm64-request';
import { granules } from '../../../src-core/paging/arm64-granule';
import type { CpuConfig } from '../../../src-core/paging/cpu';
import type { DecodedEntry } from '../../../src-core/paging/decoded-entry';
import { formatWord } from '../../../src-core/word';
import { fixturePlace, sharedPlace } from '../../golden/places';

interface Vector {
  readonly id: string;
  readonly why: string;
  readonly value: string;
  readonly expect: Record<string, unknown>;
  readonly [key: string]: unknown;
}

const place =
  sharedPlace('facts', 'arm64-vectors.json') ?? fixturePlace('arm64', 'arm64-vectors.json');
const vectors = JSON.parse(readFileSync(place, 'utf8')) as Vector[];

function decoded(record: Record<string, unknown>): DecodedEntry {
  const request = arm64Request(record);
  if ('problem' in request) assert.fail(request.problem);
  const entry = decodeArm64(request);
  if ('problem' in entry) assert.fail(entry.problem);
  return entry;
}

/** As the command line writes it: words as hexadecimal strings. */
function asJson(value: unknown): unknown {
  const words = (_: string, item: unknown) => (typeof item === 'bigint' ? formatWord(item) : item);
  return JSON.parse(JSON.stringify(value, words));
}

/** Every key that is expected must be there with that value; records are compared key by key. */
function assertHas(actual: unknown, expected: unknown, where: string): void {
  if (typeof expected === 'object' && expected !== null && !Array.isArray(expected)) {
    for (const [key, value] of Object.entries(expected)) {
      assertHas((actual as Record<string, unknown> | undefined)?.[key], value, `${where}.${key}`);
    }
  } else {
    assert.deepEqual(actual, expected, where);
  }
}

const anyWord = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const anyCpu: fc.Arbitrary<CpuConfig> = fc
  .record({
    granule: fc.constantFrom('4K' as const, '16K' as const, '64K' as const),
    paBits: maybe(fc.constantFrom(32, 36, 40, 42, 44, 48, 52)),
    lpa2: maybe(fc.boolean()),
    fwb: maybe(fc.boolean()),
    xnx: maybe(fc.boolean()),
    regime: maybe(fc.constantFrom('el10', 'el20', 'el2-nvhe', 'el2-hvhe')),
    mair: maybe(anyWord),
    hardwareDirty: maybe(fc.boolean()),
  })
  .map((cpu) => Object.fromEntries(Object.entries(cpu).filter(([, value]) => value !== undefined)));
const anyKernel = fc.constantFrom(
  '4.19',
  '5.4',
  '5.10',
  '5.12',
  '5.14',
  '6.1',
  '6.6',
  '6.12',
  '7.2',
);

describe('arm64 entries', () => {
  it(`decodes every vector of facts/arm64-vectors.json: ${vectors.length}`, () => {
    for (const vector of vectors) {
      assert.ok(isArm64Record(vector));
      const entry = decoded(vector);
      assertHas(asJson(entry.facts), vector.expect, `${vector.id} (${vector.why})`);
      assert.equal(entry.kind, vector.expect['type'], vector.id);
    }
  });

  it('decodes any word at any level without throwing, each bit exactly once', () => {
    fc.assert(
      fc.property(
        anyWord,
        anyCpu,
        fc.constantFrom('arm64-s1' as const, 'arm64-s2' as const),
        fc.integer({ min: 1, max: 5 }),
        maybe(anyKernel),
        (value, cpu, format, level, kernel) => {
          const entry = decodeArm64({ value, format, level, cpu, ...(kernel ? { kernel } : {}) });
          if ('problem' in entry) {
            assert.ok(level > granules[cpu.granule!].mostLevels, entry.problem);
            return;
          }
          let next = 63;
          let joined = 0n;
          for (const field of entry.fields) {
            assert.equal(field.high, next, field.name);
            assert.ok(field.low <= field.high);
            joined |= field.value << BigInt(field.low);
            next = field.low - 1;
          }
          assert.equal(next, -1);
          assert.equal(joined, value);
          const names = entry.fields.map(({ name }) => name);
          assert.equal(new Set(names).size, names.length, names.join(' '));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('encodes what it decodes, and names a shape for every entry it can write', () => {
    fc.assert(
      fc.property(
        anyWord,
        anyCpu,
        fc.constantFrom('arm64-s1' as const, 'arm64-s2' as const),
        fc.integer({ min: 1, max: 5 }),
        anyKernel,
        (word, cpu, format, level, kernel) => {
          const place = { format, level, cpu, kernel };
          const shapes = fieldShapes(place);
          if ('problem' in shapes) return;
          for (const shape of shapes) {
            // Any bits in the fields of a shape, its marks kept: mostly an entry of that shape.
            const value = shape.base | (word & ~3n);
            const entry = decodeEntry({ value, ...place });
            if ('problem' in entry) assert.fail(entry.problem);
            const fields = Object.fromEntries(entry.fields.map((f) => [f.name, f.value]));
            const encoded = encodeEntry({ ...place, fields });
            if ('problem' in encoded) assert.fail(encoded.problem);
            assert.equal(encoded.value, value, encoded.shape);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('tells the kernels apart that read a value differently', () => {
    // Bit 58: PROT_NONE in an invalid entry up to v6.9, a swap entry's offset since.
    const readings = otherKernels({ value: 0x0460_0000_4a00_4fc2n, format: 'arm64-s1', level: 1 });
    if ('problem' in readings) assert.fail(readings.problem);
    assert.deepEqual(
      readings.map(({ span, entry }) => [span, (entry.facts['linux'] as { kind: string }).kind]),
      [
        ['up to v6.9', 'prot_none'],
        ['v6.10 and later', 'present_invalid'],
      ],
    );
    const locked = otherKernels({ value: 0x400n, format: 'arm64-s2', level: 1, kernel: '6.12' });
    if ('problem' in locked) assert.fail(locked.problem);
    assert.deepEqual(
      locked.map(({ span, entry }) => [
        span,
        (entry.facts['kvm'] as { annotation: string }).annotation,
      ]),
      [
        ['up to v6.1', 'unknown'],
        ['v6.2 – v7.0', 'locked'],
        ['v7.1 and later', 'unknown'],
      ],
    );
  });

  it('says so first when the kernel is not known and matters', () => {
    const codes = (request: object) => {
      const base = { format: 'arm64-s2', level: 1, value: 0x400n } as const;
      const entry = decodeEntry({ ...base, ...request });
      return 'problem' in entry ? [entry.problem] : entry.findings.map(({ code }) => code);
    };
    assert.equal(codes({})[0], 'kernel-unknown');
    assert.deepEqual(codes({ kernel: '6.12' }), []);
    assert.deepEqual(codes({ value: 0x4080_07ffn, cpu: { fwb: false } }), []);
    assert.deepEqual(codes({ value: 0x0068_0000_4120_0703n, format: 'arm64-s1' }), []);
  });

  it('says what is wrong with a level or a kernel that does not exist', () => {
    const ask = (record: object) => {
      const request = arm64Request({ stage: 's2', value: '0x1', level: 3, ...record });
      return 'problem' in request ? request : decodeArm64(request);
    };
    const problem = (record: object) => (ask(record) as { problem: string }).problem;
    assert.match(problem({ granule: '64K', level: 0 }), /64K.*levels 3 .* up to 1.*not 0/);
    assert.match(problem({ kernel: 'mine' }), /'mine' is no kernel version/);
    assert.match(problem({ value: 'abcdefg' }), /not a 64-bit/);
    assert.match(problem({ level: 'x' }), /no level/);
    assert.match(problem({ mair: 'yes' }), /'yes' is no value for 'mair'/);
    assert.match(problem({ layout: 's2-v1' }), /no layout 's2-v1'.*s2-v6\.2/);
    // KVM's own tables at EL2 have the software bits of KVM's rows.
    assert.match(
      problem({ stage: 's1', regime: 'el2-nvhe', layout: 's1-v5.3' }),
      /no layout 's1-v5\.3'.*: s2-v4\.20, /,
    );
  });
});
