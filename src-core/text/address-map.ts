import { highHalf, lowHalf } from '../word';
import type { DumpLine } from './hexdump/dialect';

/** What is said of the addresses that a dump prints. */
export interface AddressBase {
  /** Physical address of what is printed at 0, such as a file's start, or at `virtual`. */
  readonly base?: bigint;
  /** Virtual address at which physical memory, from `base` (else 0) on, is mapped in order. */
  readonly virtual?: bigint;
}

/** An address has 64 bits: frames are counted modulo this. */
const framesInAll = 2 ** 52;
const pageBytes = 4096;
/**
 * Frames that a direct map can span. With 48-bit virtual addresses Linux gives it 64 TiB, and other
 * areas of the kernel begin behind it; elsewhere a physical address's 52 bits are the limit.
 * Source: Documentation/arch/x86/x86_64/mm.rst, Documentation/arch/arm64/memory.rst.
 */
const narrowSpan = 2 ** 34;
const widestSpan = 2 ** 40;
/** From this frame on, an address is of the upper half of 48 bits or less. */
const narrowFrom = 0xffff_0000_0000_0;

/** Number of the 4 KiB frame of a byte address, and the byte within. */
export function placeOf(address: bigint): { readonly frame: number; readonly offset: number } {
  const lo = lowHalf(address);
  return { frame: highHalf(address) * 0x10_0000 + (lo >>> 12), offset: lo & 0xfff };
}

/** No physical address is so wide: it is a virtual one. */
export function isBeyondPhysical(frame: number): boolean {
  return frame >= widestSpan;
}

/** From the addresses that a dump prints to physical ones. */
export class AddressMap {
  private readonly from: { readonly frame: number; readonly offset: number };
  private readonly to: { readonly frame: number; readonly offset: number };
  private readonly span: number;

  constructor(readonly stated: AddressBase) {
    const { base = 0n, virtual } = stated;
    this.from = placeOf(virtual ?? 0n);
    this.to = placeOf(base);
    this.span = virtual === undefined ? framesInAll : spanOf(this.from.frame);
  }

  /** Whether addresses move by whole pages: lines of one page then stay in one page. */
  get wholePages(): boolean {
    return this.from.offset === 0 && this.to.offset === 0;
  }

  /** The physical frame of a printed one, where addresses move by whole pages. */
  frameOf(printed: number): number {
    const distance = printed - this.from.frame;
    if (distance < 0 || distance >= this.span) return printed;
    return (distance + this.to.frame) % framesInAll;
  }

  /** Gives a line its physical address. */
  move(line: DumpLine): void {
    const { from, to } = this;
    const bytes = line.printedOffset - from.offset;
    const distance = line.printedFrame - from.frame + Math.floor(bytes / pageBytes);
    line.frame = line.printedFrame;
    line.offset = line.printedOffset;
    if (distance < 0 || distance >= this.span) return;
    const sum = (bytes & (pageBytes - 1)) + to.offset;
    line.frame = (distance + to.frame + Math.floor(sum / pageBytes)) % framesInAll;
    line.offset = sum % pageBytes;
  }

  /** A physical address as the dump would print it. */
  printedOf(frame: number, offset: number): bigint {
    const { base = 0n, virtual } = this.stated;
    const address = (BigInt(frame) << 12n) + BigInt(offset);
    return BigInt.asUintN(64, address - base + (virtual ?? 0n));
  }

  /** A given address: a virtual one of the direct map becomes physical, any other stays. */
  physical(address: bigint): bigint {
    const { base = 0n, virtual } = this.stated;
    if (virtual === undefined || address < virtual) return address;
    const distance = address - virtual;
    if (distance >> 12n >= BigInt(this.span)) return address;
    return BigInt.asUintN(64, distance + base);
  }

  /** Whether both move addresses the same way. */
  equals(other: AddressMap): boolean {
    return this.stated.base === other.stated.base && this.stated.virtual === other.stated.virtual;
  }
}

function spanOf(frame: number): number {
  return frame >= narrowFrom ? narrowSpan : widestSpan;
}

/** Addresses are physical as they are printed. */
export const asPrinted = new AddressMap({});
