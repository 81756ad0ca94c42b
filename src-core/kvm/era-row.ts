/** One span of kernels and how KVM's x86 shadow page table entries look in it: data only. */
export interface EraRow {
  /** The name by which a person may ask for it. */
  readonly name: string;
  /** The kernels it covers, e.g. `v5.13 – v5.18`. */
  readonly span: string;
  /** First kernel of the span, as {@link parseKernelVersion} reads it. */
  readonly from: string;
  /** Last release of the span; `null`: the newest known. */
  readonly last: string | null;
  /** Stable series that got this layout by backports: from that patch level on. */
  readonly stable?: readonly string[];
  /** The kernel whose source the row was read from. */
  readonly represents: string;
  /** File and version the masks stand in. */
  readonly file: string;
  /** What began here. */
  readonly begins: string;
  /** Commits that began it. */
  readonly commits: readonly string[];
  /** Posted but never merged: only used when asked for by name. */
  readonly unmerged?: boolean;
  /** What is not certain about this row. */
  readonly caveat: string | null;

  readonly presence: PresenceRule;
  /** What a fresh table is filled with (64-bit kernels). */
  readonly initialValue: bigint;
  /** The constant parked in an entry while it is torn down; `null`: this kernel has none. */
  readonly parked: ParkedValue | null;
  /** Where the kind of A/D tracking stands; `null`: this kernel has none. */
  readonly adType: AdTypeRule | null;
  /** Accessed and dirty are plain bits: kept by software where the CPU does not. */
  readonly plainAccessedDirty: boolean;
  /** `is_dirty_spte()` exists. */
  readonly dirtyPredicate: boolean;
  /** Which bits make an entry writable without the lock: both, or MMU-writable alone. */
  readonly locklessWritable: 'host-and-mmu' | 'mmu';
  /** Which entries may change without the lock, so that an update must be an exchange. */
  readonly atomicUpdate: 'writable-pair' | 'write-protected' | 'ad-disabled';
  readonly accessTracking: AccessTrackingRule | null;
  /** When the host moves a page, its entry loses MMU-writable beside host-writable. */
  readonly movedPageLosesMmuWritable: boolean;
  readonly ept: EptRow;
  readonly legacy: LegacyRow;
  readonly mmio: MmioRow;
  readonly reserved: ReservedRow;
  /** `shadow_me_value` and `shadow_me_mask` are two things. */
  readonly meValueSplit: boolean;
}

/** `is_shadow_present_pte()`. */
export interface PresenceRule {
  /** Any of these bits must be set. */
  readonly mask: bigint;
  /** MMIO and parked entries are not present, whatever their bits. */
  readonly unlessSpecial: boolean;
}

export interface ParkedValue {
  readonly value: bigint;
  readonly kind: 'removed' | 'frozen' | 'disconnected';
  /** The kernel's name for it. */
  readonly constant: string;
  /** `is_shadow_present_pte()` nevertheless says yes. */
  readonly countsAsPresent: boolean;
}

/** `spte_ad_enabled()` and its kin; enabled is 0. */
export interface AdTypeRule {
  readonly mask: bigint;
  readonly disabled: bigint;
  /** Dirty logging by write protection only; `null`: no such type yet. */
  readonly writeProtectOnly: bigint | null;
}

/** `mark_spte_for_access_track()`: where permissions are parked while an entry is tracked. */
export interface AccessTrackingRule {
  /** Permissions that tracking takes away (EPT only; `shadow_acc_track_mask`). */
  readonly permissions: bigint;
  /** Those of them that are saved, and how far to the left. */
  readonly saved: bigint;
  readonly shift: number;
  /** Tracking clears the accessed bit as well. */
  readonly clearsAccessed: boolean;
}

export interface EptRow {
  /** `shadow_user_mask`, `shadow_present_mask` with and without execute-only translations. */
  readonly user: bigint;
  readonly presentExecOnly: bigint;
  readonly presentNoExecOnly: bigint;
  /** User execute of mode-based execute control; 0: this kernel does not use it. */
  readonly userExecute: bigint;
  /** The accessed and dirty masks are set even where the CPU has no such bits. */
  readonly adMasksAlways: boolean;
  readonly hostWritable: bigint;
  readonly mmuWritable: bigint;
}

/** Everything that is not EPT: NPT, 64-bit and PAE shadow paging. */
export interface LegacyRow {
  readonly hostWritable: bigint;
  readonly mmuWritable: bigint;
}

export interface MmioRow {
  readonly ept: { readonly mask: bigint; readonly value: bigint; readonly written: bigint };
  readonly legacy: LegacyMmioRow;
  /** AMD memory encryption moves the reserved address bits used by `legacy`. */
  readonly smeAdjust: boolean;
  /** MMIO caching can be off (`kvm.mmio_caching`, or no bit left): then nothing is an MMIO entry. */
  readonly canBeOff: boolean;
  /** A TDX guest's own MMIO value is 0. */
  readonly tdx: boolean;
  readonly generation: GenerationRule;
  /** How the frame number is got back. */
  readonly gfn: 'residue' | 'mask';
  /** How the access rights are got back. */
  readonly access: 'residue' | 'mask';
  /** When the top five cacheable address bits are moved out of the way (L1TF). */
  readonly l1tf: 'never' | 'narrow-physical' | 'narrow-cache' | 'bug-and-narrow-cache';
}

export interface LegacyMmioRow {
  /** Software bits that mark an MMIO entry. */
  readonly software: bigint;
  /** Reserved address bits that are set beside P. */
  readonly address: 'all-reserved' | 'bit-51';
  /** With 52 physical-address bits none is reserved: what is then left out of the value. */
  readonly leftOutAt52: 'present-bit' | 'both';
  /** Recognised by the software bits alone. */
  readonly bySoftwareBits: boolean;
}

/** Where the memslots generation stands in an MMIO entry. */
export interface GenerationRule {
  readonly parts: readonly GenerationPart[];
  /** The MMIO mask is taken out before the generation is read. */
  readonly clearsMask: boolean;
  /** Why what is read is not what was meant; `null`: exact. */
  readonly flaw: string | null;
}

export interface GenerationPart {
  readonly high: number;
  readonly low: number;
  /** Bit of the generation at which this part begins. */
  readonly at: number;
  /** Highest bit that reading takes in, where that is more than writing uses. */
  readonly readHigh?: number;
}

export interface ReservedRow {
  /** Whose physical-address width bounds the address. */
  readonly width: 'kernel' | 'cpuid';
  /** Bit 8 of a non-leaf entry at level 3 counts as reserved outside EPT. */
  readonly bit8AtLevel3: boolean;
  /** EPT: page sizes the CPU does not have make bit 7 reserved. */
  readonly eptPageSizes: boolean;
  /** What KVM prints when a walk for MMIO meets such an entry. */
  readonly message: string;
}
