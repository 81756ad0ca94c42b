/** A machine that "New Machine…" offers, as a scenario in which nothing was done yet. */
export interface NewMachine {
  readonly label: string;
  readonly description: string;
  readonly scenario: (kernel: string) => Readonly<Record<string, unknown>>;
}

/** 1 GiB of guest memory in huge pages of the host. */
const slots = [{ id: 0, gfn: '0x0', pages: '0x40000', pfn: '0x100000', hostPage: '2M' }];

const tdp = (format: string, description: string): NewMachine => ({
  label: format,
  description,
  scenario: (kernel) => ({ machine: { kernel, format }, slots }),
});

/**
 * A guest whose tables map its first pages to themselves: the last table is filled with pages that
 * are present, writable, for users and dirty (0x47), each above it has one entry (0x27: accessed).
 * @param tables physical addresses, the root first
 */
const shadowed = (
  guest: string,
  description: string,
  tables: readonly string[],
  pages: number,
): NewMachine => ({
  label: `shadow paging, ${guest}`,
  description,
  scenario: (kernel) => ({
    machine: { mmu: 'shadow', kernel, guest: guest.replace(/-bit$/, ''), cr3: tables[0] },
    slots,
    guestTables: tables.map((pa, place) => {
      const below = tables[place + 1];
      return {
        pa,
        entries: below === undefined ? [[0, '0x47', pages]] : [[0, pointTo(below, guest, place)]],
      };
    }),
  }),
});

/** PAE's top entries have no rights: those bits are reserved there. */
function pointTo(table: string, guest: string, place: number): string {
  return table.replace(/000$/, guest === 'pae' && place === 0 ? '001' : '027');
}

/** What can be chosen, the usual ones first. */
export const newMachines: readonly NewMachine[] = [
  tdp('ept', 'Intel, with accessed and dirty bits'),
  tdp('ept-noad', 'Intel, without accessed and dirty bits'),
  tdp('npt64', 'AMD'),
  shadowed(
    '64-bit',
    'four levels of the guest’s own',
    ['0x10000', '0x11000', '0x12000', '0x13000'],
    512,
  ),
  shadowed('pae', 'three levels, eight-byte entries', ['0x10000', '0x11000', '0x12000'], 512),
  shadowed('32-bit', 'two levels, four-byte entries', ['0x10000', '0x11000'], 1024),
  {
    label: 'stage 2',
    description: 'arm64, 4 KiB pages, 40-bit IPAs',
    scenario: (kernel) => ({
      machine: { mmu: 'stage2', kernel, granule: '4K', ipaBits: 40 },
      slots,
    }),
  },
];
