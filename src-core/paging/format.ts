import type { CpuConfig } from './cpu';

/** Names of the hardware's formats. */
export type HardwareFormatName =
  'x86-64' | 'ept' | 'npt' | 'pae' | 'x86-32' | 'arm64-stage1' | 'arm64-stage2';

/**
 * Rights over a whole walk. `null`: this format has no such right.
 * `execute` is supervisor execute where a format tells the two apart; `userExecute` is then beside it.
 */
export interface Permissions {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  readonly user: boolean | null;
  readonly userExecute?: boolean;
}

/**
 * What the hardware does with an entry of one level, as masks on the entry's two 32-bit halves:
 * hot loops read these numbers and ask no format for its name. Levels as KVM counts: 1 = smallest page.
 */
export interface LevelRule {
  readonly level: number;
  /** Lowest bit of the address that indexes a table of this level. */
  readonly shift: number;
  /** How many bits of the address index it (at the root: with concatenated tables). */
  readonly indexBits: number;
  /** Present: any of these bits is set. */
  readonly presentLo: number;
  readonly presentHi: number;
  /** Of a present entry: a leaf when `(lo & leafMask) === leafValue`; both 0: always; value outside mask: never. */
  readonly leafMask: number;
  readonly leafValue: number;
  /** Where a table's or page's address stands. */
  readonly tableAddressLo: number;
  readonly tableAddressHi: number;
  readonly leafAddressLo: number;
  readonly leafAddressHi: number;
  /** The entry is malformed for this CPU when any of these bits is set. */
  readonly tableReservedLo: number;
  readonly tableReservedHi: number;
  readonly leafReservedLo: number;
  readonly leafReservedHi: number;
  /**
   * Malformed combinations of bits 5:0: a bit map indexed by that value (0–31 in Lo, 32–63 in Hi).
   * Source for EPT: `bad_mt_xwr`, SDM 3C 30.3.3.1.
   */
  readonly tableBadLo: number;
  readonly tableBadHi: number;
  readonly leafBadLo: number;
  readonly leafBadHi: number;
  /** Bits that grant a right: ANDed over the levels; a bit outside a level's mask takes nothing away. */
  readonly tableAndLo: number;
  readonly tableAndHi: number;
  readonly leafAndLo: number;
  readonly leafAndHi: number;
  /** Bits that take a right away, or describe the leaf: ORed over the levels. */
  readonly tableOrLo: number;
  readonly tableOrHi: number;
  readonly leafOrLo: number;
  readonly leafOrHi: number;
  /**
   * A well-formed leaf that lacks any of these bits is not used: the access faults as if nothing were
   * mapped (arm64's access flag, unless hardware sets it or the walk ignores it). Left out: none.
   */
  readonly leafNeededLo?: number;
  /**
   * Reserved bits are looked at when the root register is loaded (#GP), not by a walk: PAE's
   * directory pointers. Source: SDM vol. 3A "PDPTE Registers".
   */
  readonly checkedAtLoad?: boolean;
  /** The address, in bytes, where masks cannot say it (PSE-36, arm64's 52-bit layouts). */
  readonly scattered?: (lo: number, hi: number, leaf: boolean) => number;
}

/** A tree of tables: what must be known before an address can be cut into indices. */
export interface TableShape {
  /** Number of levels; the root's level as KVM counts. */
  readonly levels: number;
  readonly cpu: CpuConfig;
  /** arm64: width of the input address in bits, which decides how many tables the root concatenates. */
  readonly inputBits?: number;
  /** arm64 stage 1: which half of the address space the tree serves (TTBR0: low, TTBR1: high). */
  readonly half?: 'low' | 'high';
  /** arm64: bits 63:56 of an address are a tag and take no part in the walk (TCR.TBI). */
  readonly ignoreTopByte?: boolean;
}

/** A format made ready for one shape. */
export interface CompiledFormat {
  readonly format: PagingFormat;
  readonly shape: TableShape;
  /** Rules by level: `rules[0]` is level 1. */
  readonly rules: readonly LevelRule[];
  readonly entryBytes: 4 | 8;
  /** Width of an input address in bits. */
  readonly addressBits: number;
  /** Addresses above the middle are written with the upper bits set (canonical form). */
  readonly signExtended: boolean;
  /**
   * Whether an address belongs to this tree, where width and sign extension cannot say it (arm64's
   * two halves of the address space, tagged pointers).
   */
  readonly translates?: (lo: number, hi: number) => boolean;
  /** Alignment of the root in bytes. */
  readonly rootAlignment: number;
}

export type FieldRole =
  'permission' | 'address' | 'attribute' | 'state' | 'software' | 'ignored' | 'reserved';

/** One run of bits of an entry, as the hardware's manual names it. */
export interface FieldSpec {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly role: FieldRole;
  /** What a value means, in the field's own terms; an empty string where the value says it all. */
  readonly meaning: (value: bigint) => string;
  /** Manual and section, or file and kernel version. */
  readonly source: string;
}

/** What the hardware makes of an entry. `malformed`: present, but the CPU faults on it. */
export type HardwareKind = 'none' | 'table' | 'leaf' | 'malformed';

/** A hardware format: data plus a few small functions. Nothing else in the program asks "is it EPT?". */
export interface PagingFormat {
  readonly name: HardwareFormatName;
  /** What a person calls it, e.g. `EPT`. */
  readonly title: string;
  readonly entryBytes: 4 | 8;
  /** Numbers of levels this format comes with, most usual first. */
  readonly levelCounts: readonly number[];
  compile(shape: TableShape): CompiledFormat;
  /** Every bit of an entry exactly once, highest first. */
  fields(kind: HardwareKind, level: number, cpu: CpuConfig): readonly FieldSpec[];
  /** Rights that are left after a walk gathered these bits (see {@link LevelRule}). */
  permissions(
    andLo: number,
    andHi: number,
    orLo: number,
    orHi: number,
    cpu: CpuConfig,
  ): Permissions;
}
