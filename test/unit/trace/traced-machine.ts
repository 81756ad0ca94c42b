import type { Dice } from '../text/log-printer';

/**
 * A small TDP MMU that prints the lines KVM would and keeps its own tables: what a replay says at a
 * line is held against them. Values are NPT-like, kernel 6.1: empty entries are 0, parked ones 0x5a0.
 */
const writable = 2n;
const leafBits = 0xc65n;
const pageSize = 0x80n;
const tableBits = 0x827n;
const parked = 0x5a0n;

interface Table {
  readonly address: bigint;
  readonly level: number;
  /** First GFN covered. */
  readonly base: number;
  readonly entries: Map<number, bigint>;
  readonly children: Map<number, Table>;
}

/** Entries that are not empty: `level/gfn` to value. */
export type Snapshot = ReadonlyMap<string, bigint>;

const pages = (level: number): number => 512 ** (level - 1);

export class TracedMachine {
  readonly lines: string[] = [];
  private nextPage = 0x1_0000n;
  private roots = new Map<number, Table>();
  /** Tables of a root that was made obsolete, not torn down yet. */
  private dying: { asId: number; root: Table }[] = [];

  constructor(private readonly dice: Dice) {}

  private print(text: string): void {
    const time = `${100 + this.lines.length}.000000`;
    this.lines.push(`       CPU 0/KVM-4711    [003] ...1.  ${time}: ${text}`);
  }

  private newTable(level: number, base: number): Table {
    const address = this.nextPage++ << 12n;
    this.print(
      `kvm_mmu_get_page: sp gen 0 gfn ${base.toString(16)} l${level} 8-byte q0 direct wux nxe ad root 0 sync new`,
    );
    return { address, level, base, entries: new Map(), children: new Map() };
  }

  private changed(asId: number, level: number, gfn: number, old: bigint, value: bigint): void {
    this.print(
      `kvm_tdp_mmu_spte_changed: as id ${asId} gfn ${gfn.toString(16)} level ${level} old_spte ${old.toString(16)} new_spte ${value.toString(16)}`,
    );
  }

  private set(asId: number, table: Table, index: number, value: bigint): void {
    const old = table.entries.get(index) ?? 0n;
    if (old === value) return;
    this.changed(asId, table.level, table.base + index * pages(table.level), old, value);
    if (value === 0n) table.entries.delete(index);
    else table.entries.set(index, value);
  }

  private root(asId: number): Table {
    let root = this.roots.get(asId);
    if (!root) {
      root = this.newTable(4, 0);
      this.roots.set(asId, root);
      this.print(
        `mmu_root: (svm_load_mmu_pgd+0x0/0xf0 [kvm_amd]) root_hpa=0x${root.address.toString(16)} root_level=4`,
      );
    }
    return root;
  }

  /** One thing that happens to a VM, by chance. */
  step(): void {
    const asId = this.dice.below(8) === 0 ? 1 : 0;
    const gfn = this.dice.below(3) * 0x800_0000 + this.dice.below(4) * 512 + this.dice.below(6);
    const what = this.dice.below(40);
    // KVM tears an old root down long before the next one gets old.
    if (what === 0 && this.dying.length < 4) this.zapAll();
    else if (what < 6) this.tearDown();
    else if (what < 24) this.fault(asId, gfn, this.dice.below(5) === 0 ? 2 : 1);
    else if (what < 29) this.changeLeaf(asId, gfn, (value) => value & ~writable);
    else if (what < 33) this.fastFault(gfn);
    else if (what < 37) this.changeLeaf(asId, gfn, () => 0n);
    else this.collapse(asId, gfn);
  }

  private fault(asId: number, gfn: number, goal: number): void {
    let table = this.root(asId);
    this.print(
      `kvm_page_fault: vcpu 0 rip 0x8000 address 0x${(BigInt(gfn) << 12n).toString(16).padStart(16, '0')} error_code 0x200000006`,
    );
    for (;;) {
      const index = Math.floor((gfn - table.base) / pages(table.level));
      const value = table.entries.get(index) ?? 0n;
      const child = table.children.get(index);
      if (table.level === goal || (table.level === 1 && !child)) {
        if (value !== 0n) return;
        this.map(asId, table, index);
        return;
      }
      if (child) table = child;
      else if (value !== 0n) table = this.split(asId, table, index, value);
      else table = this.link(asId, table, index);
    }
  }

  private map(asId: number, table: Table, index: number): void {
    const frame = this.nextPage * 512n;
    this.nextPage += 512n;
    const size = table.level > 1 ? pageSize : 0n;
    this.set(asId, table, index, (frame << 12n) | leafBits | writable | size);
  }

  private link(asId: number, table: Table, index: number): Table {
    const child = this.newTable(table.level - 1, table.base + index * pages(table.level));
    this.set(asId, table, index, child.address | tableBits);
    table.children.set(index, child);
    return child;
  }

  private split(asId: number, table: Table, index: number, huge: bigint): Table {
    const child = this.newTable(table.level - 1, table.base + index * pages(table.level));
    for (let at = 0; at < 512; at++) {
      const small = (huge & ~pageSize) + (BigInt(at * pages(child.level)) << 12n);
      child.entries.set(at, small);
    }
    this.set(asId, table, index, child.address | tableBits);
    table.children.set(index, child);
    const gfn = child.base.toString(16);
    this.print(
      `kvm_mmu_split_huge_page: gfn ${gfn} spte ${huge.toString(16)} level ${table.level} errno 0`,
    );
    return child;
  }

  private place(asId: number, gfn: number): { table: Table; index: number } | undefined {
    let table = this.roots.get(asId);
    for (;;) {
      if (!table) return undefined;
      const index = Math.floor((gfn - table.base) / pages(table.level));
      const child: Table | undefined = table.children.get(index);
      if (!child) return table.entries.has(index) ? { table, index } : undefined;
      table = child;
    }
  }

  private changeLeaf(asId: number, gfn: number, change: (value: bigint) => bigint): void {
    const place = this.place(asId, gfn);
    if (place)
      this.set(asId, place.table, place.index, change(place.table.entries.get(place.index)!));
  }

  private fastFault(gfn: number): void {
    const place = this.place(0, gfn);
    if (!place) return;
    const old = place.table.entries.get(place.index)!;
    if ((old & writable) !== 0n) return;
    const value = old | writable;
    place.table.entries.set(place.index, value);
    const gva = (BigInt(gfn) << 12n).toString(16);
    this.print(
      `fast_page_fault: vcpu 0 gva ${gva} error_code P|W|U sptep 000000003c5b1d2e old 0x${old.toString(16)} new ${value.toString(16)} spurious 0 fixed 1`,
    );
  }

  /** Small pages under a level-2 entry become one huge page. */
  private collapse(asId: number, gfn: number): void {
    let table = this.roots.get(asId);
    while (table && table.level > 2) {
      table = table.children.get(Math.floor((gfn - table.base) / pages(table.level)));
    }
    if (!table) return;
    const index = Math.floor((gfn - table.base) / pages(2));
    const child = table.children.get(index);
    if (!child) return;
    table.children.delete(index);
    this.map(asId, table, index);
    this.parkAll(asId, child);
  }

  /** Present children of a removed table are parked, depth first. */
  private parkAll(asId: number, table: Table): void {
    this.print(
      `kvm_mmu_prepare_zap_page: sp gen 0 gfn ${table.base.toString(16)} l${table.level} 8-byte q0 direct wux nxe ad root 0 sync`,
    );
    for (const [index, value] of table.entries) {
      this.changed(asId, table.level, table.base + index * pages(table.level), value, parked);
      const child = table.children.get(index);
      if (child) this.parkAll(asId, child);
    }
  }

  private zapAll(): void {
    this.print('kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 0 used_pages 0');
    for (const [asId, root] of this.roots) this.dying.push({ asId, root });
    this.roots = new Map();
  }

  /** A part of an obsolete root goes, while the new one may be in use. */
  private tearDown(): void {
    const dying = this.dying[0];
    if (!dying) return;
    const [index] = dying.root.entries.keys();
    if (index === undefined) {
      this.dying.shift();
      return;
    }
    const child = dying.root.children.get(index);
    this.set(dying.asId, dying.root, index, 0n);
    if (child) this.parkAll(dying.asId, child);
  }

  /** The entries of a root as they are; none where there is no root. */
  snapshot(asId: number): Snapshot {
    const found = new Map<string, bigint>();
    const add = (table: Table): void => {
      for (const [index, value] of table.entries) {
        found.set(
          `${table.level}/${(table.base + index * pages(table.level)).toString(16)}`,
          value,
        );
      }
      for (const child of table.children.values()) add(child);
    };
    const root = this.roots.get(asId);
    if (root) add(root);
    return found;
  }

  /** Page of the newest root of an address space; `undefined`: there is none. */
  rootPage(asId: number): bigint | undefined {
    return this.roots.get(asId)?.address;
  }
}
