import assert from 'node:assert/strict';
import fc from 'fast-check';

import { guestFormNames } from '../../../../src-core/sim/shadow/guest-form';
import { assertShadow, guestAllows } from './guest-truth';
import { guestScenario, type RandomGuest, randomOperation } from './random-guest';
import { assertBooks } from './recount';
import { shadowScenario, ShadowVm } from './shadow-vm';

/** Longer runs by PAGEWALK_SIM_OPERATIONS. */
const wanted = Number(process.env['PAGEWALK_SIM_OPERATIONS'] ?? 2400);
const perRun = 60;
const kernels = ['5.10', '5.14', '5.15', '5.17', '5.19', '6.1', '6.3', '6.4', '6.12', '7.1', '7.2'];

/** Warnings and worse: none is expected of a guest, whatever it does. */
function complaints({ machine }: ShadowVm): string[] {
  return [...machine.events.from()]
    .filter(({ kind }) => kind === 'warn' || kind === 'bug')
    .map(({ text }) => text ?? '');
}

/** One operation in five is met by another CPU's, or by somebody who wants the CPU. */
function withOthers(guest: RandomGuest['guest']): fc.Arbitrary<Record<string, unknown>> {
  const after = fc.integer({ min: 1, max: 24 });
  const crossed = fc
    .tuple(randomOperation(guest), after, randomOperation(guest), after)
    .map(([own, when, other, due]) => ({
      ...own,
      inject: [{ ...other, after: when }],
      yields: [{ after: due }],
    }));
  return fc.oneof(
    { weight: 4, arbitrary: randomOperation(guest) },
    { weight: 1, arbitrary: crossed },
  );
}

/** What the outcome of an access says; the guest's tables must say the same. */
function assertOutcome(vm: ShadowVm, json: Record<string, unknown>, outcome: string): void {
  if (json['do'] !== 'access' || 'inject' in json) return;
  const { machine } = vm;
  const user = json['user'] === true || machine.kind.guest.nested;
  const gva = Number(json['gva']);
  const kind = json['access'] as 'read' | 'write' | 'execute';
  const allowed = guestAllows(machine, gva, kind, user);
  const what = JSON.stringify(json);
  if (outcome.startsWith('#PF')) assert.equal(allowed, false, `a fault for nothing: ${what}`);
  if (outcome.startsWith('done after')) assert.equal(allowed, true, `${outcome}: ${what}`);
  assert.ok(!outcome.startsWith('given up'), what);
}

describe('shadow paging beside the guest’s own tables', () => {
  it('allows what they imply, and keeps its books, after every operation', function () {
    this.timeout(0);
    let done = 0;
    let compared = 0;
    const guest: fc.Arbitrary<RandomGuest> = fc.record({
      kernel: fc.constantFrom(...kernels),
      guest: fc.constantFrom(...guestFormNames),
      cr0Wp: fc.boolean(),
      mostPages: fc.constantFrom(64, 4096),
    });
    const runs = guest.chain((vm) =>
      fc.tuple(
        fc.constant(vm),
        fc.array(withOthers(vm.guest), { minLength: perRun, maxLength: perRun }),
      ),
    );
    fc.assert(
      fc.property(runs, ([given, list]) => {
        const vm = new ShadowVm(shadowScenario(guestScenario(given)));
        for (const json of list) {
          const what = JSON.stringify([given, json]);
          const outcome = vm.run(json);
          assertOutcome(vm, json, outcome);
          assertBooks(vm.machine, what);
          compared += assertShadow(vm.machine, what);
          assert.ok(!outcome.includes('otherwise'), what);
          done++;
        }
        assert.deepEqual(complaints(vm), []);
      }),
      { numRuns: Math.ceil(wanted / perRun) },
    );
    console.log(`      ${done} operations, ${compared} translations compared`);
  });
});
