import { Random } from './random';

/** Tables begin here; what is before is a hole in the file. */
export const imageBase = 0x100_0000;

const halvesPerTable = 1024;
const entriesPerTable = 512;
const present = 1;
const write = 2;
const user = 4;
const accessed = 0x20;
const dirty = 0x40;
const large = 0x80;
const noExecuteHi = 0x8000_0000;
const tableFlags = present | write | user | accessed;

/** Where one leaf is: its address, where it maps to, and the size of its page as a shift. */
interface LeafList {
  readonly addressLo: Uint32Array;
  readonly addressHi: Uint32Array;
  readonly shift: Uint8Array;
  count: number;
}

/** An image of x86-64 tables of four levels, to be written at {@link imageBase} of a file. */
export interface Image {
  readonly root: number;
  readonly tables: Uint32Array;
  /** A million addresses that are mapped, low and high half in turn. */
  readonly addresses: Uint32Array;
}

/**
 * Makes tables in shuffled physical order, as an allocator leaves them. Leaves come in runs of equal
 * flags (up to 255) and of neighbouring frames (up to 64).
 */
class ImageMaker {
  readonly tables: Uint32Array;
  readonly leaves: LeafList;
  private readonly order: Uint32Array;
  private used = 0;
  private flagsLeft = 0;
  private flagsLo = 0;
  private flagsHi = 0;
  private framesLeft = 0;
  private frame = 0;

  constructor(
    readonly random: Random,
    tables: number,
    leaves: number,
  ) {
    this.tables = new Uint32Array(tables * halvesPerTable);
    this.order = shuffled(tables, random);
    this.leaves = {
      addressLo: new Uint32Array(leaves),
      addressHi: new Uint32Array(leaves),
      shift: new Uint8Array(leaves),
      count: 0,
    };
  }

  /** A new table: its number in physical order. */
  table(): number {
    const number = this.order[this.used++];
    if (number === undefined) throw new Error('more tables than planned');
    return number;
  }

  set(table: number, index: number, lo: number, hi: number): void {
    const at = table * halvesPerTable + index * 2;
    this.tables[at] = lo;
    this.tables[at + 1] = hi;
  }

  isFree(table: number, index: number): boolean {
    return (this.tables[table * halvesPerTable + index * 2]! & present) === 0;
  }

  /** The table below an entry, made if need be. */
  below(table: number, index: number, flags = tableFlags, noExecute = false): number {
    const at = table * halvesPerTable + index * 2;
    if ((this.tables[at]! & present) !== 0) return (this.tables[at]! - imageBase) >>> 12;
    const number = this.table();
    this.set(table, index, (imageBase + number * 4096) | flags, noExecute ? noExecuteHi : 0);
    return number;
  }

  /** A leaf of `2 ** shift` bytes at an address given by its 48 bits: bits 47:12 as a number. */
  leaf(table: number, index: number, page: number, shift: number): void {
    const frames = 2 ** (shift - 12);
    if (this.flagsLeft === 0) {
      const bits = this.random.next();
      this.flagsLeft = 1 + (bits % 255);
      this.flagsLo =
        present | user | accessed | (bits & 0x100 ? write : 0) | (bits & 0x200 ? dirty : 0);
      this.flagsHi = bits & 0x400 ? noExecuteHi : 0;
    }
    if (this.framesLeft < frames || this.frame % frames !== 0) {
      this.framesLeft = (1 + this.random.below(64)) * frames;
      this.frame = Math.floor(this.random.below(0x1000_0000) / frames) * frames;
    }
    const lo = (this.frame << 12) | this.flagsLo | (shift > 12 ? large : 0);
    this.set(table, index, lo, (this.frame >>> 20) | this.flagsHi);
    this.flagsLeft--;
    this.framesLeft -= frames;
    this.frame += frames;
    const { leaves } = this;
    leaves.addressLo[leaves.count] = (page % 0x10_0000) * 4096;
    leaves.addressHi[leaves.count] = Math.floor(page / 0x10_0000);
    leaves.shift[leaves.count++] = shift;
  }

  finish(root: number): Image {
    return {
      root: imageBase + root * 4096,
      tables: this.tables,
      addresses: someAddresses(this.leaves, this.random, 1_000_000),
    };
  }
}

/** Numbers 0 … count-1 in random order; the first stays first: the root. */
function shuffled(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 1; index--) {
    const other = 1 + random.below(index);
    const kept = order[index]!;
    order[index] = order[other]!;
    order[other] = kept;
  }
  return order;
}

function someAddresses(leaves: LeafList, random: Random, count: number): Uint32Array {
  const addresses = new Uint32Array(count * 2);
  for (let index = 0; index < count; index++) {
    const leaf = random.below(leaves.count);
    const offset = random.next() & (2 ** leaves.shift[leaf]! - 1);
    const hi = leaves.addressHi[leaf]!;
    addresses[index * 2] = leaves.addressLo[leaf]! | offset;
    addresses[index * 2 + 1] = hi & 0x8000 ? hi | 0xffff_0000 : hi;
  }
  return addresses;
}

/** So many 4 KiB leaves in one block of addresses. */
export function denseImage(leaves: number, seed: number): Image {
  const lastTables = Math.ceil(leaves / entriesPerTable);
  const middleTables = Math.ceil(lastTables / entriesPerTable);
  const upper = 2 + Math.ceil(middleTables / entriesPerTable);
  const maker = new ImageMaker(new Random(seed), lastTables + middleTables + upper, leaves);
  const root = maker.table();
  const firstPage = 0x7_f000_0000;
  for (let count = 0; count < leaves; count += entriesPerTable) {
    const page = firstPage + count;
    const third = maker.below(root, Math.floor(page / 2 ** 27) % entriesPerTable);
    const second = maker.below(third, Math.floor(page / 2 ** 18) % entriesPerTable);
    const last = maker.below(second, (page >>> 9) % entriesPerTable);
    for (let index = 0; index < Math.min(entriesPerTable, leaves - count); index++) {
      maker.leaf(last, index, page + index, 12);
    }
  }
  return maker.finish(root);
}

const rootIndices = [0, 1, 85, 170, 254, 255, 256, 273, 402, 510, 511] as const;
const densities = [100, 100, 50, 5] as const;

/**
 * About so many 4 KiB leaves in sparse tables over the whole address space, with leaves of 2 MiB and
 * 1 GiB, upper tables that take rights away, and entries that are not present and not zero.
 */
export function mixedImage(leaves: number, seed: number): Image {
  const random = new Random(seed);
  const maker = new ImageMaker(random, Math.floor(leaves / 64) + 4096, leaves * 2);
  const root = maker.table();
  let made = 0;
  for (let round = 0; made < leaves; round++) {
    const top = rootIndices[round % rootIndices.length]!;
    const third = maker.below(root, top);
    const index = random.below(entriesPerTable);
    if (!maker.isFree(third, index)) continue;
    const page = top * 2 ** 27 + index * 2 ** 18;
    if (round % 9 === 4) maker.leaf(third, index, page, 30);
    else {
      const writable = random.below(8) > 0 ? write : 0;
      const flags = present | user | accessed | writable;
      const second = maker.below(third, index, flags, random.below(16) === 0);
      made += fillSecond(maker, second, page, leaves - made);
    }
  }
  return maker.finish(root);
}

/** Fills a table of level 2; returns how many 4 KiB leaves that made. */
function fillSecond(maker: ImageMaker, table: number, page: number, wanted: number): number {
  const { random } = maker;
  let made = 0;
  for (let index = 0; index < entriesPerTable && made < wanted; index++) {
    const choice = random.below(10);
    const at = page + index * entriesPerTable;
    if (choice === 0 && random.below(8) === 0) maker.set(table, index, random.next() << 12, 0);
    else if (choice >= 4 && choice < 7) maker.leaf(table, index, at, 21);
    else if (choice >= 7) {
      const rights = (random.below(8) > 0 ? write : 0) | (random.below(8) > 0 ? user : 0);
      const last = maker.below(table, index, present | accessed | rights);
      made += fillLast(maker, last, at, densities[random.below(4)]!);
    }
  }
  return made;
}

function fillLast(maker: ImageMaker, table: number, page: number, percent: number): number {
  const { random } = maker;
  let made = 0;
  for (let index = 0; index < entriesPerTable; index++) {
    if (random.below(100) < percent) {
      maker.leaf(table, index, page + index, 12);
      made++;
    } else if (random.below(32) === 0) {
      maker.set(table, index, random.next() & ~present, random.next());
    }
  }
  return made;
}
