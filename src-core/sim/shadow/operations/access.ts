import { choiceParameter, flagParameter } from '../../operations/parameter';
import { accessGuest } from '../guest-access';
import { wordParameter } from '../../operations/parameter';
import { defineShadowOperation, gvaParameter } from './shadow-operation';

const kinds = ['read', 'write', 'execute'] as const;

const source =
  'FNAME(page_fault), FNAME(walk_addr), FNAME(fetch), paging_tmpl.h; mmu_set_spte(), mmu.c';

export const access = defineShadowOperation({
  name: 'access',
  title: 'Guest Access',
  summary: 'The guest reads, writes or executes; KVM shadows what its tables say.',
  source,
  parameters: {
    gva: gvaParameter('address, as the guest sees it'),
    access: choiceParameter('what the guest does', kinds, 'read'),
    user: flagParameter('by the guest’s user, else by its kernel', false),
  },
  run: (task, { gva, access: kind, user }, machine) =>
    accessGuest(
      task,
      {
        gva,
        write: kind === 'write',
        execute: kind === 'execute',
        // With nested paging every access counts as the user's.
        user: user || machine.kind.guest.nested,
      },
      null,
    ),
});

export const write = defineShadowOperation({
  name: 'write',
  title: 'Guest Writes an Entry',
  summary: 'The guest writes a word of an entry’s size, to its own tables or anywhere.',
  source: `${source}; kvm_mmu_pte_write()`,
  parameters: {
    gva: gvaParameter('address it writes to, a multiple of an entry’s size'),
    value: wordParameter('what it writes'),
  },
  conflict: ({ gva, value }, _setup, { guestFormat: { entryBytes } }) => {
    if (gva % entryBytes !== 0) {
      return { name: 'gva', message: `not a multiple of ${entryBytes}, the size of an entry` };
    }
    const fits = entryBytes === 8 || value < 2n ** 32n;
    return fits ? null : { name: 'value', message: 'an entry of this guest has 4 bytes' };
  },
  run: (task, { gva, value }, machine) =>
    accessGuest(task, { gva, write: true, execute: false, user: machine.kind.guest.nested }, value),
});
