import { ageRange, makeYoung } from '../attribute-walkers';
import { outcome } from '../errno';
import {
  defineStage2Operation,
  ipaConflict,
  ipaParameter,
  needsOwnWalker,
  rangeConflict,
  rangeOf,
  rangeParameters,
} from './define';

export const age = defineStage2Operation({
  name: 'age',
  title: 'Age',
  summary: 'Was the range accessed? Access flags are cleared; until v6.4 of one leaf only.',
  source: 'kvm_age_gfn(), kvm_pgtable_stage2_test_clear_young(); before v6.5 …_mkold()',
  parameters: rangeParameters,
  refusal: needsOwnWalker,
  conflict: rangeConflict,
  *run(task, args, { setup }) {
    const { address, bytes } = rangeOf(setup, args);
    yield* task.lock('exclusive');
    const young = yield* ageRange(task, address, setup.walker.agesRanges ? bytes : 1, true);
    if (young) yield* task.invalidate({ of: 'vmid' });
    yield* task.unlock();
    return young ? 'young: it was accessed' : 'old: it was not accessed';
  },
});

export const testAge = defineStage2Operation({
  name: 'test-age',
  title: 'Test Age',
  summary: 'Was the range accessed? Nothing is changed.',
  source: 'kvm_test_age_gfn(); before v6.5 kvm_pgtable_stage2_is_young()',
  parameters: rangeParameters,
  refusal: needsOwnWalker,
  conflict: rangeConflict,
  *run(task, args, { setup }) {
    const { address, bytes } = rangeOf(setup, args);
    yield* task.lock('exclusive');
    const young = yield* ageRange(task, address, setup.walker.agesRanges ? bytes : 1, false);
    yield* task.unlock();
    return young ? 'young: it was accessed' : 'old: it was not accessed';
  },
});

export const mkyoung = defineStage2Operation({
  name: 'mkyoung',
  title: 'Make Young',
  summary: 'Sets the access flag of one leaf, as after an access-flag fault.',
  source: 'kvm_pgtable_stage2_mkyoung()',
  parameters: { ipa: ipaParameter },
  refusal: needsOwnWalker,
  conflict: ipaConflict,
  *run(task, { ipa }, { setup }) {
    yield* task.lock(setup.walker.sharedFaults ? 'shared' : 'exclusive');
    const error = yield* makeYoung(task, ipa);
    yield* task.unlock();
    return outcome(error, 'young');
  },
});
