import assert from 'node:assert/strict';
import fc from 'fast-check';

import { readScenario } from '../../../../src-core/sim/scenario';
import { guestFormNames } from '../../../../src-core/sim/shadow/guest-form';
import { guestScenario, randomOperation, tables } from './random-guest';
import { assertBooks } from './recount';
import { shadowScenario, ShadowVm } from './shadow-vm';

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/** Entries of any bits; most have P, so that they are looked at. */
function anyEntry(bytes: 4 | 8): fc.Arbitrary<string> {
  const word = fc.bigInt({ min: 0n, max: (1n << BigInt(8 * bytes)) - 1n });
  const near = fc
    .tuple(fc.integer({ min: 0x10, max: 0x17 }), fc.integer({ min: 0, max: 0xfff }))
    .map(([gfn, flags]) => BigInt(gfn * 4096 + (flags | 1)));
  return fc.oneof(word, { weight: 3, arbitrary: near }).map(hex);
}

/** A guest that works, with a few entries that may be anything, on a host that may be short of memory. */
const anyGuest = fc
  .record({
    kernel: fc.constantFrom('5.10', '5.17', '6.1', '6.4', '7.2'),
    guest: fc.constantFrom(...guestFormNames),
    mostTables: fc.integer({ min: 1, max: 40 }),
  })
  .chain((given) => {
    const bytes = given.guest === '32' ? 4 : 8;
    const place = fc.tuple(fc.constantFrom(...tables), fc.constantFrom(1, 2, 3, 4, 256, 300, 511));
    const entries = fc.array(fc.tuple(place, anyEntry(bytes)), { maxLength: 6 });
    const write = fc.tuple(place, anyEntry(bytes)).map(([[gfn, index], value]) => ({
      do: 'write',
      gva: hex(gfn * 4096 + index * bytes),
      value,
    }));
    const operation = fc.oneof({ weight: 3, arbitrary: randomOperation(given.guest) }, write);
    return fc.tuple(fc.constant(given), entries, fc.array(operation, { maxLength: 40 }));
  });

describe('guests whose tables are anything', () => {
  it('never stop the machine, with as little memory as there may be', function () {
    this.timeout(0);
    fc.assert(
      fc.property(anyGuest, ([{ mostTables, ...given }, entries, run]) => {
        const base = guestScenario({ ...given, cr0Wp: true, mostPages: 64 });
        const odd = entries.map(([[gfn, index], value]) => ({
          pa: hex(gfn * 4096),
          entries: [[index, value]],
        }));
        const vm = new ShadowVm(
          shadowScenario({
            ...base,
            machine: { ...base.machine, mostTables },
            guestTables: [...base.guestTables, ...odd],
            run: [],
          }),
        );
        for (const json of run) {
          const outcome = vm.run(json);
          const what = JSON.stringify([given, mostTables, json]);
          assert.ok(!outcome.startsWith('given up'), what);
          assertBooks(vm.machine, what);
        }
      }),
      { numRuns: Number(process.env['PAGEWALK_ANY_GUESTS'] ?? 60) },
    );
  });

  it('scenarios that make no sense are refused, whatever they are', () => {
    const json = fc.record(
      {
        machine: fc.record(
          {
            mmu: fc.constantFrom('shadow', 'shadow', 7),
            kernel: fc.oneof(fc.constantFrom('6.1', '4.4', 'x'), fc.anything()),
            guest: fc.oneof(fc.constantFrom(...guestFormNames), fc.anything()),
            cr3: fc.oneof(fc.constantFrom('0x1000', '0x1001', -1), fc.anything()),
            mostPages: fc.anything(),
          },
          { requiredKeys: ['mmu'] },
        ),
        slots: fc.anything(),
        guestTables: fc.oneof(
          fc.anything(),
          fc.array(fc.record({ pa: fc.anything(), entries: fc.anything() })),
        ),
        run: fc.anything(),
      },
      { requiredKeys: ['machine'] },
    );
    fc.assert(
      fc.property(json, (given) => {
        const read = readScenario(given);
        if (!('problems' in read)) assert.ok(read.plan.mmu === 'shadow');
        else assert.ok(read.problems.length > 0);
      }),
      { numRuns: 400 },
    );
  });
});
