import { choiceParameter } from '../../operations/parameter';
import { guestAccess } from '../guest-access';
import { accessNames } from '../memory-abort';
import { defineStage2Operation, ipaConflict, ipaParameter } from './define';

export const access = defineStage2Operation({
  name: 'access',
  title: 'Guest Access',
  summary: 'The guest reads, writes or executes; aborts are handled until it gets through.',
  source: 'kvm_handle_guest_abort(), user_mem_abort(), handle_access_fault()',
  parameters: { ipa: ipaParameter, access: choiceParameter('what the guest does', accessNames) },
  conflict: ipaConflict,
  run: (task, { ipa, access: wanted }) => guestAccess(task, ipa, wanted),
});
