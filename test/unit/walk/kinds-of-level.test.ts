import assert from 'node:assert/strict';
import fc from 'fast-check';

import { hardwareFormat } from '../../../src-core/paging/registry';
import { KindsOfLevel } from '../../../src-core/walk/kinds-of-level';
import { walkKind } from '../../../src-core/walk/walk-kind';

const formats = [
  ['x86-64', 4],
  ['ept', 4],
  ['npt', 5],
  ['pae', 3],
  ['x86-32', 2],
] as const;
const half = fc.nat(0xffff_ffff);
/** Entries as tables have them: several in a row that differ in their address, or in a bit. */
const entries = fc.array(fc.tuple(half, half, fc.array(fc.nat(63), { maxLength: 6 })), {
  maxLength: 20,
});

describe('kinds of one level, looked at once for entries that are alike', () => {
  for (const [name, levels] of formats) {
    it(`are what each entry is by itself: ${name}`, () => {
      const compiled = hardwareFormat(name).compile({ levels, cpu: { maxPhysBits: 46 } });
      fc.assert(
        fc.property(fc.constantFrom(...compiled.rules), entries, (rule, some) => {
          const kinds = new KindsOfLevel(rule);
          for (const [lo, hi, flips] of some) {
            assert.equal(kinds.of(lo, hi), walkKind(rule, lo, hi));
            let [nextLo, nextHi] = [lo, hi];
            for (const bit of flips) {
              if (bit < 32) nextLo = (nextLo ^ (1 << bit)) >>> 0;
              else nextHi = (nextHi ^ (1 << (bit - 32))) >>> 0;
              assert.equal(kinds.of(nextLo, nextHi), walkKind(rule, nextLo, nextHi));
            }
          }
        }),
      );
    });
  }
});
