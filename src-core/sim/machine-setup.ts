import type { EraRow } from '../kvm/era-row';
import { type KernelVersion, parseKernelVersion } from '../kvm/kernel-version';
import { layoutForVersion } from '../kvm/layouts';
import { type SpteMasks, spteMasks } from '../kvm/spte-masks';
import type { CpuConfig } from '../paging/cpu';
import { type BookkeepingForm, bookkeepingFormOf } from './bookkeeping-form';
import type { GuestTables } from './guest-tables';
import type { MemslotSetup } from './memslot';
import { type OperationForm, operationFormOf } from './operation-form';
import { postedKernel } from './posted-kernel';
import type { AllocatorSetup } from './table-allocator';
import type { ListedTable } from './table-memory';
import { entriesPerTable, pagesAtLevel } from './table-page';
import { type TdpIterForm, tdpIterFormOf } from './tdp-iter-form';
import { presentByMasks, type TdpIterRule } from './tdp-iter-rule';

/** Formats of tables that the TDP MMU keeps. */
export const tdpFormats = ['ept', 'ept-noad', 'npt64'] as const;

export type TdpFormatName = (typeof tdpFormats)[number];

/** A root the machine starts with; its tables are among {@link MachineSetup.tables}. */
export interface RootSetup {
  readonly pa: number;
  readonly asId: number;
  /** TDX: the tables of private memory. */
  readonly mirror?: boolean;
}

/** A machine as a scenario states it. */
export interface MachineSetup {
  readonly kernel: string;
  readonly format: TdpFormatName;
  readonly levels: 4 | 5;
  /** The VM is a TDX guest: private memory has a mirror root, shared memory a direct one. */
  readonly tdx: boolean;
  readonly cpu: CpuConfig;
  readonly allocator: AllocatorSetup;
  /** iTLB-multihit mitigation: huge pages are not executable. `kvm.nx_huge_pages`. */
  readonly nxHugePages: boolean;
  /** Module parameter `eager_page_split`. */
  readonly eagerSplit: boolean;
  /** Dirty logging by the dirty bit (page-modification logging), or by write protection. */
  readonly dirtyBy: 'dirty-bit' | 'write-protection';
  /** Generation of the memory slots, as MMIO entries remember it. */
  readonly generation: bigint;
  readonly slots: readonly MemslotSetup[];
  /** Tables that exist from the start: from a dump, or stated. */
  readonly tables: readonly ListedTable[];
  readonly roots: readonly RootSetup[];
  readonly guest?: GuestTables;
}

/**
 * `kvm_gfn_direct_bits()`: the bit of a GFN that says that memory is shared, 0 without TDX. Frames are
 * named without it; in the direct root it is part of the index. GPA bit 47, with five levels 51.
 */
export function sharedGfnBit({ tdx, levels }: Pick<MachineSetup, 'tdx' | 'levels'>): number {
  if (!tdx) return 0;
  return levels === 5 ? 2 ** 39 : 2 ** 35;
}

/** First GFN that the tables cannot express. */
export function endGfnOf(setup: Pick<MachineSetup, 'tdx' | 'levels'>): number {
  return sharedGfnBit(setup) || pagesAtLevel[setup.levels]! * entriesPerTable;
}

/** Everything about a machine that its kernel and CPU decide. */
export interface MachineKind {
  readonly version: KernelVersion;
  readonly masks: SpteMasks;
  readonly iterForm: TdpIterForm;
  readonly iterRule: TdpIterRule;
  readonly books: BookkeepingForm;
  readonly operations: OperationForm;
  /** SPTEs carry the type "A/D disabled": the CPU has no such bits. */
  readonly adDisabled: boolean;
  /** Value of a fresh entry. */
  readonly initialValue: bigint;
  /** Value of an entry that is being torn down; `null`: this kernel has none. */
  readonly parkedValue: bigint | null;
  /** Memory-type bits of ordinary memory: write-back, guest PAT ignored. */
  readonly memoryTypeBits: bigint;
}

/** WB (6) in bits 5:3, ignore PAT in bit 6: no non-coherent DMA. Source: `vmx_get_mt_mask()`. */
const writeBackIgnorePat = 0x70n;

type KernelForms = Pick<MachineKind, 'version' | 'iterForm' | 'books' | 'operations'> & {
  readonly era: EraRow;
};

/** What a kernel does: by its version, or by the name of one that was only posted. */
function kernelForms(kernel: string): KernelForms | { problem: string } {
  const posted = postedKernel(kernel);
  if (posted) return posted;
  const version = parseKernelVersion(kernel);
  if (!version) return { problem: `'${kernel}' is no kernel version` };
  const books = bookkeepingFormOf(version);
  const operations = operationFormOf(version);
  const iterForm = tdpIterFormOf(kernel);
  if (!books || !operations || !iterForm) {
    return { problem: `Linux ${kernel} has no TDP MMU: it came with v5.10` };
  }
  return { version, era: layoutForVersion(version).era, books, operations, iterForm };
}

/**
 * What a kernel and CPU make of a machine.
 * @returns a sentence that says what cannot be, for text that is no version or a kernel without TDP MMU
 */
export function machineKind(
  setup: Pick<MachineSetup, 'kernel' | 'format' | 'cpu'>,
): MachineKind | { problem: string } {
  const forms = kernelForms(setup.kernel);
  if ('problem' in forms) return forms;
  const { era, ...kernel } = forms;
  const masks = spteMasks(era, setup.format, setup.cpu);
  return {
    ...kernel,
    masks,
    iterRule: presentByMasks(masks),
    adDisabled: !masks.format.hardwareAd,
    initialValue: era.initialValue,
    parkedValue: era.parked?.value ?? null,
    memoryTypeBits: masks.format.ept ? writeBackIgnorePat : 0n,
  };
}
