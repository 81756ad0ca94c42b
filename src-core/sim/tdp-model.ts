import type { JsonPlace } from './json-place';
import { type GuestTables, ownFormNames } from './guest-tables';
import { readListedTables, readTableAddress } from './listed-tables-json';
import {
  allocatorNames,
  allocatorSchema,
  cpuSchema,
  described,
  frameSchema,
  listSchema,
  readAllocator,
  readCpu,
  readOptionalWord,
  tablesSchema,
  wordSchema,
} from './machine-json';
import type { MmuModel } from './machine-plan';
import { machineKind, type MachineSetup, type RootSetup, tdpFormats } from './machine-setup';
import { operations } from './operations/registry';
import { readSlots, slotsSchema } from './scenario-slots';
import { guestTablesSchema, readGuestTables } from './shadow/guest-tables-json';
import { TdpPlan } from './tdp-plan';

const machineNames = [
  'mmu',
  'kernel',
  'format',
  'levels',
  'tdx',
  'cpu',
  ...allocatorNames,
  'nxHugePages',
  'eagerSplit',
  'dirtyBy',
  'generation',
  'guest',
  'cr3',
];

/** KVM's TDP MMU on x86. */
export const tdpModel: MmuModel = {
  mmu: 'tdp',
  title: 'KVM’s TDP MMU: EPT or NPT tables',
  topNames: ['slots', 'tables', 'roots', 'guestTables'],
  operations,
  read(top) {
    const setup = readSetup(top);
    if (!setup) return undefined;
    const kind = machineKind(setup);
    const machine = top.member('machine');
    if ('problem' in kind) {
      machine.member('kernel').fail(kind.problem);
      return undefined;
    }
    if (setup.tdx && !(kind.iterForm.hasGfnBits && kind.masks.format.ept)) {
      machine.member('tdx').fail('mirror roots came with v6.14, for EPT');
    }
    return new TdpPlan(setup, kind);
  },
  machineSchema: {
    kernel: described('version, 5.10 or later, such as 6.1', { type: 'string' }),
    format: described('format of the tables', { enum: tdpFormats, default: 'ept' }),
    levels: described('levels of the tables', { enum: [4, 5], default: 4 }),
    tdx: described('a TDX guest: private memory has a mirror root (v6.14 and later, EPT)', {
      type: 'boolean',
    }),
    cpu: cpuSchema,
    ...allocatorSchema,
    nxHugePages: described('huge pages are not executable (iTLB multihit)', { type: 'boolean' }),
    eagerSplit: described('huge pages are split when dirty logging begins', { type: 'boolean' }),
    dirtyBy: described('how writes are logged', { enum: ['dirty-bit', 'write-protection'] }),
    generation: described('generation of the memory slots', wordSchema),
    guest: described('how the guest itself pages: for walks of both dimensions', {
      enum: ownFormNames,
      default: '64',
    }),
    cr3: described('guest-physical address of the guest’s root table', frameSchema),
  },
  topSchema: {
    slots: slotsSchema,
    guestTables: guestTablesSchema,
    tables: described('tables that are there from the start', tablesSchema),
    roots: described(
      'roots among the tables',
      listSchema({
        type: 'object',
        required: ['pa'],
        properties: {
          pa: frameSchema,
          asId: { enum: [0, 1] },
          mirror: described('TDX: the tables of private memory', { type: 'boolean' }),
        },
      }),
    ),
  },
};

function readSetup(top: JsonPlace): MachineSetup | undefined {
  const machine = top.member('machine');
  machine.knowsOnly(machineNames);
  const tables = readListedTables(top.member('tables'));
  const roots = top.member('roots').items().map(readRoot);
  const tdx = machine.member('tdx').flag(false) ?? false;
  const guest = readGuest(top);
  const setup: MachineSetup = {
    ...(guest && { guest }),
    kernel: machine.member('kernel').text() ?? '',
    format: machine.member('format').choice(tdpFormats, 'ept') ?? 'ept',
    levels: machine.member('levels').count(4, 5, 4) === 5 ? 5 : 4,
    tdx,
    cpu: { ...readCpu(machine.member('cpu')), ...(tdx && { tdx }) },
    allocator: readAllocator(machine),
    nxHugePages: machine.member('nxHugePages').flag(false) ?? false,
    eagerSplit: machine.member('eagerSplit').flag(true) ?? true,
    dirtyBy:
      machine.member('dirtyBy').choice(['dirty-bit', 'write-protection'], 'dirty-bit') ??
      'dirty-bit',
    generation: readOptionalWord(machine.member('generation')),
    slots: readSlots(top.member('slots')),
    tables,
    roots,
  };
  checkRoots(top, setup);
  return top.problems.length > 0 ? undefined : setup;
}

function readGuest(top: JsonPlace): GuestTables | undefined {
  const [guest, cr3] = [top.member('machine').member('guest'), top.member('machine').member('cr3')];
  const tables = top.member('guestTables');
  if (!guest.present && !cr3.present && !tables.present) return undefined;
  const form = guest.choice(ownFormNames, '64') ?? '64';
  return {
    form,
    cr3: cr3.present ? (readTableAddress(cr3) ?? 0) : 0x1000,
    tables: readGuestTables(tables, form),
  };
}

function readRoot(place: JsonPlace): RootSetup {
  return {
    pa: readTableAddress(place.member('pa')) ?? 0,
    asId: place.member('asId').count(0, 1, 0) ?? 0,
    mirror: place.member('mirror').flag(false) ?? false,
  };
}

function checkRoots(top: JsonPlace, { roots, tables }: MachineSetup): void {
  const held = new Set(tables.map(({ pa }) => pa));
  roots.forEach(({ pa }, number) => {
    if (!held.has(pa)) {
      top.member('roots').items()[number]!.member('pa').fail('this table is not among the tables');
    }
  });
  if (tables.length > 0 && roots.length === 0) {
    top.member('roots').fail('tables are stated, but no root');
  }
}
