import { choiceParameter } from '../../operations/parameter';
import { relaxPermissions as relax } from '../attribute-walkers';
import { outcome } from '../errno';
import { protection, rightsNames } from '../protection';
import { defineStage2Operation, ipaConflict, ipaParameter, needsOwnWalker } from './define';

export const relaxPermissions = defineStage2Operation({
  name: 'relax-permissions',
  title: 'Relax Permissions',
  summary: 'Adds rights to one leaf; none is taken away.',
  source: 'kvm_pgtable_stage2_relax_perms()',
  parameters: {
    ipa: ipaParameter,
    rights: choiceParameter('rights to add', rightsNames),
  },
  refusal: needsOwnWalker,
  conflict: ipaConflict,
  *run(task, { ipa, rights }, { setup }) {
    yield* task.lock(setup.walker.sharedFaults ? 'shared' : 'exclusive');
    const error = yield* relax(task, ipa, protection(rights));
    yield* task.unlock();
    return outcome(error, 'rights are added');
  },
});
