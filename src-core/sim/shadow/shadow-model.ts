import type { JsonPlace } from '../json-place';
import { readTableAddress } from '../listed-tables-json';
import {
  allocatorNames,
  allocatorSchema,
  cpuSchema,
  described,
  frameSchema,
  readAllocator,
  readCpu,
  readOptionalWord,
  wordSchema,
} from '../machine-json';
import type { MmuModel } from '../machine-plan';
import { readSlots, slotsSchema } from '../scenario-slots';
import { guestFormNames } from './guest-form';
import { guestTablesSchema, readGuestTables } from './guest-tables-json';
import { splitCacheNames } from './memory-cache';
import { shadowOperations } from './operations/registry';
import { shadowKind } from './shadow-form';
import type { ShadowSetup } from './shadow-machine';
import { ShadowPlan } from './shadow-plan';

const machineNames = [
  'mmu',
  'kernel',
  'guest',
  'cpu',
  'cr3',
  'cr0Wp',
  ...allocatorNames,
  'mostPages',
  'splitCache',
  'eagerSplit',
  'generation',
];

/** `KVM_MIN_ALLOC_MMU_PAGES`, and more than any guest here needs. */
const fewestPages = 64;
const usualPages = 0x10_0000;

/** KVM's shadow MMU on x86. */
export const shadowModel: MmuModel = {
  mmu: 'shadow',
  title: 'KVM’s shadow MMU: a guest’s own tables, and the pages that shadow them',
  topNames: ['slots', 'guestTables'],
  operations: shadowOperations,
  read(top) {
    const setup = readSetup(top);
    if (!setup) return undefined;
    const kind = shadowKind(setup.kernel, setup.guest, setup.cpu);
    if (!('problem' in kind)) return new ShadowPlan(setup, kind);
    top.member('machine').member('kernel').fail(kind.problem);
    return undefined;
  },
  machineSchema: {
    kernel: described('version, 5.10 or later, such as 6.1', { type: 'string' }),
    guest: described('how the guest pages', { enum: guestFormNames, default: '64' }),
    cpu: cpuSchema,
    cr3: described('guest-physical address of the guest’s root table', frameSchema),
    cr0Wp: described('CR0.WP: the guest’s kernel respects read-only pages', { type: 'boolean' }),
    ...allocatorSchema,
    mostPages: described('how many shadow pages there may be', {
      type: 'integer',
      minimum: fewestPages,
    }),
    splitCache: described('capacity of the split cache: before or after the fix of June 2022', {
      enum: splitCacheNames,
      default: 'after',
    }),
    eagerSplit: described('huge pages of a nested guest are split when dirty logging begins', {
      type: 'boolean',
    }),
    generation: described('generation of the memory slots', wordSchema),
  },
  topSchema: {
    slots: slotsSchema,
    guestTables: guestTablesSchema,
  },
};

function readSetup(top: JsonPlace): ShadowSetup | undefined {
  const machine = top.member('machine');
  machine.knowsOnly(machineNames);
  const cr3 = machine.member('cr3');
  const guest = machine.member('guest').choice(guestFormNames, '64') ?? '64';
  const setup: ShadowSetup = {
    kernel: machine.member('kernel').text() ?? '',
    guest,
    cpu: readCpu(machine.member('cpu')),
    cr0Wp: machine.member('cr0Wp').flag(true) ?? true,
    cr3: cr3.present ? (readTableAddress(cr3) ?? 0) : 0x1000,
    allocator: readAllocator(machine),
    mostPages: machine.member('mostPages').count(fewestPages, usualPages, usualPages) ?? usualPages,
    splitCache: machine.member('splitCache').choice(splitCacheNames, 'after') ?? 'after',
    eagerSplit: machine.member('eagerSplit').flag(true) ?? true,
    generation: readOptionalWord(machine.member('generation')),
    slots: readSlots(top.member('slots')),
    guestTables: readGuestTables(top.member('guestTables'), guest),
  };
  setup.slots.forEach(({ asId }, number) => {
    if (asId === 0) return;
    const slot = top.member('slots').items()[number]!;
    slot.member('asId').fail('shadow paging is simulated for the normal address space, 0');
  });
  return top.problems.length > 0 ? undefined : setup;
}
