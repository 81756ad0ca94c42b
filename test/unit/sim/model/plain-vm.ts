import {
  countTables,
  indexAt,
  leafAt,
  leavesOf,
  newTable,
  pages,
  type PlacedLeaf,
  type PlainLeaf,
  type PlainTable,
  visit,
} from './plain-map';

/** What of a kernel decides which mappings there are. From the facts by version, not from the simulator. */
export interface PlainRules {
  /** Kernel as major * 100 + minor: 510, 612. */
  readonly kernel: number;
  readonly levels: number;
  /** The CPU keeps accessed and dirty bits. */
  readonly hardwareAd: boolean;
  readonly nxHugePages: boolean;
  readonly eagerSplit: boolean;
  readonly byDirtyBit: boolean;
}

export interface PlainSlot {
  readonly id: number;
  readonly asId: number;
  readonly gfn: number;
  readonly pages: number;
  readonly pfn: number;
  readonly hostLevel: number;
  readonly readOnly: boolean;
  dirtyLog: boolean;
  readonly moved: Map<number, { pfn: number; writable: boolean }>;
  /** GFNs that the guest wrote to while writes were logged. */
  readonly written: Set<number>;
}

export type PlainAccess = 'read' | 'write' | 'execute';

interface Wanted {
  readonly asId: number;
  readonly gfn: number;
  readonly access: PlainAccess;
  readonly maxLevel: number;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A VM told in mappings: each operation by what it should come to. */
export class PlainVm {
  readonly roots = new Map<number, PlainTable>();
  /** Tables to be given up for a huge page, oldest first. */
  #tracked: PlainTable[] = [];

  constructor(
    readonly rules: PlainRules,
    readonly slots: readonly PlainSlot[],
  ) {}

  leaves(asId: number): PlacedLeaf[] {
    const root = this.roots.get(asId);
    return root ? leavesOf(root, this.rules.levels) : [];
  }

  get tables(): number {
    return [...this.roots.values()].reduce((count, root) => count + countTables(root), 0);
  }

  get trackedTables(): number {
    return this.#tracked.length;
  }

  slotAt(gfn: number, asId: number): PlainSlot | undefined {
    return this.slots.find(
      (slot) => slot.asId === asId && gfn >= slot.gfn && gfn < slot.gfn + slot.pages,
    );
  }

  slot(id: number): PlainSlot {
    return this.slots.find((slot) => slot.id === id)!;
  }

  pfnOf(slot: PlainSlot, gfn: number): number {
    return slot.moved.get(gfn)?.pfn ?? slot.pfn + gfn - slot.gfn;
  }

  #writable(slot: PlainSlot, gfn: number): boolean {
    return !slot.readOnly && (slot.moved.get(gfn)?.writable ?? true);
  }

  #hugeAt(slot: PlainSlot, gfn: number, level: number): boolean {
    const size = pages[level]!;
    const base = gfn - (gfn % size);
    const inside = base >= slot.gfn && base + size <= slot.gfn + slot.pages;
    const aligned = (slot.gfn - slot.pfn) % size === 0;
    return (
      inside && aligned && ![...slot.moved.keys()].some((at) => at >= base && at < base + size)
    );
  }

  #maxLevel(slot: PlainSlot, gfn: number): number {
    let level = slot.hostLevel;
    while (level > 1 && !this.#hugeAt(slot, gfn, level)) level--;
    return level;
  }

  #allowed(leaf: PlainLeaf, access: PlainAccess): boolean {
    return leaf[access];
  }

  /** The guest accesses memory until it gets through. */
  access(wanted: Omit<Wanted, 'maxLevel'>): void {
    const request = { ...wanted, maxLevel: 3 };
    for (let tries = 0; tries < 8; tries++) {
      const root = this.roots.get(wanted.asId);
      const found = root && leafAt(root, this.rules.levels, wanted.gfn);
      if (found && this.#allowed(found.leaf, wanted.access)) {
        if (wanted.access === 'write') this.#noteWrite(wanted);
        return;
      }
      if (!this.fault(request)) return;
    }
  }

  #noteWrite({ gfn, asId }: { gfn: number; asId: number }): void {
    const slot = this.slotAt(gfn, asId);
    if (slot?.dirtyLog) slot.written.add(gfn);
  }

  /** One page fault. @returns whether the access may be tried again */
  fault(wanted: Wanted): boolean {
    const { asId, gfn, access } = wanted;
    const { rules } = this;
    const root = this.roots.get(asId) ?? newTable();
    this.roots.set(asId, root);
    const slot = this.slotAt(gfn, asId);
    if (!slot) {
      this.#walkTo(root, gfn, 1, { forCode: false, reqLevel: 1 });
      return false;
    }
    if (access === 'write' && !this.#writable(slot, gfn)) return false;
    const found = leafAt(root, rules.levels, gfn);
    if (found && rules.kernel >= 514 && this.#mendedFast(found, slot, access)) return true;
    const reqLevel = slot.dirtyLog ? 1 : Math.min(wanted.maxLevel, this.#maxLevel(slot, gfn));
    const forCode = rules.nxHugePages && access === 'execute';
    const goal = forCode ? 1 : reqLevel;
    const { table, level } = this.#walkTo(root, gfn, goal, { forCode, reqLevel });
    const index = indexAt(gfn, level);
    const there = table.children.get(index);
    if (rules.kernel >= 613 && there?.kind === 'leaf' && this.#allowed(there, access)) return true;
    if (there?.kind === 'table') this.#forget(there);
    table.children.set(index, this.#freshLeaf(slot, gfn, level));
    return true;
  }

  #freshLeaf(slot: PlainSlot, gfn: number, level: number): PlainLeaf {
    return {
      kind: 'leaf',
      pfn: this.pfnOf(slot, gfn - (gfn % pages[level]!)),
      read: true,
      write: this.#writable(slot, gfn),
      execute: level === 1 || !this.rules.nxHugePages,
      parked: null,
    };
  }

  /** Access that only KVM's own tracking took away comes back without a walk. */
  #mendedFast({ leaf, level }: PlacedLeaf, slot: PlainSlot, access: PlainAccess): boolean {
    if (this.#allowed(leaf, access)) return true;
    const mended = { ...leaf };
    if (leaf.parked) {
      mended.read = true;
      mended.execute = leaf.parked.execute;
      mended.parked = null;
    }
    // Pages that the host does not let be written were sorted out before.
    if (access === 'write' && !(level > 1 && slot.dirtyLog)) mended.write = true;
    if (!this.#allowed(mended, access)) return false;
    Object.assign(leaf, mended);
    return true;
  }

  /** Goes down to the goal, makes tables on the way. */
  #walkTo(
    root: PlainTable,
    gfn: number,
    wanted: number,
    { forCode, reqLevel }: { forCode: boolean; reqLevel: number },
  ): { table: PlainTable; level: number } {
    const { rules } = this;
    let goal = wanted;
    let table = root;
    let level = rules.levels;
    for (;;) {
      const index = indexAt(gfn, level);
      const node = table.children.get(index);
      if (rules.nxHugePages && level === goal && goal > 1 && node?.kind === 'table') {
        if (rules.kernel < 603 || node.forCode) goal--;
      }
      if (level === goal) return { table, level };
      if (node?.kind === 'table') {
        table = node;
      } else {
        const child = newTable();
        if (node?.kind === 'leaf' && rules.kernel >= 603) this.#fillFrom(child, node, level);
        const tracked = forCode && reqLevel >= level;
        child.forCode = rules.kernel < 603 ? tracked : forCode;
        if (tracked) this.#track(child);
        table.children.set(index, child);
        table = child;
      }
      level--;
    }
  }

  #fillFrom(child: PlainTable, huge: PlainLeaf, level: number): void {
    for (let index = 0; index < 512; index++) {
      const leaf: PlainLeaf = { ...huge, pfn: huge.pfn + index * pages[level - 1]! };
      if (level - 1 === 1 && this.rules.nxHugePages) {
        if (huge.parked) leaf.parked = { execute: true };
        else leaf.execute = true;
      }
      child.children.set(index, leaf);
    }
  }

  #track(table: PlainTable): void {
    table.tracked = true;
    this.#tracked.push(table);
  }

  /** A table goes, and everything below it. */
  #forget(table: PlainTable): void {
    this.#tracked = this.#tracked.filter((other) => other !== table);
    for (const node of table.children.values()) if (node.kind === 'table') this.#forget(node);
  }

  #remove(table: PlainTable, index: number): void {
    const node = table.children.get(index);
    if (node?.kind === 'table') this.#forget(node);
    table.children.delete(index);
  }

  /** Until v5.17 tables that lie in the range whole go as well. */
  zap(range: Range, asId: number | null): void {
    const wholeTables = this.rules.kernel < 518;
    for (const [as, root] of this.roots) {
      if (asId !== null && as !== asId) continue;
      visit(root, this.rules.levels, range, ({ table, index, gfn, level }) => {
        const leaf = table.children.get(index)!.kind === 'leaf';
        const whole = gfn >= range.start && gfn + pages[level]! <= range.end;
        if (leaf || (wholeTables && whole)) this.#remove(table, index);
      });
    }
  }

  zapAll(): void {
    for (const root of this.roots.values()) {
      for (const index of [...root.children.keys()]) this.#remove(root, index);
    }
  }

  /** Roots go too, where they can be invalidated. */
  fastZap(): void {
    this.zapAll();
    if (this.rules.kernel >= 513) this.roots.clear();
  }

  #eachLeaf(range: Range, asId: number | null, change: (placed: PlacedLeaf) => void): void {
    for (const [as, root] of this.roots) {
      if (asId !== null && as !== asId) continue;
      visit(root, this.rules.levels, range, ({ table, index, gfn, level }) => {
        const node = table.children.get(index)!;
        if (node.kind === 'leaf') change({ gfn, level, leaf: node });
      });
    }
  }

  /** Without A/D bits the next access is made to fault. */
  age(range: Range): void {
    if (this.rules.hardwareAd) return;
    this.#eachLeaf(range, null, ({ leaf }) => {
      leaf.parked ??= { execute: leaf.execute };
      leaf.read = leaf.write = leaf.execute = false;
    });
  }

  writeProtect(id: number, minLevel: number): void {
    this.#eachLeaf(this.#rangeOf(id), this.slot(id).asId, ({ leaf, level }) => {
      if (level >= minLevel) leaf.write = false;
    });
  }

  clearDirty(id: number): void {
    if (!this.rules.hardwareAd) this.writeProtect(id, 1);
  }

  clearDirtyLog(id: number, gfn: number, mask: bigint, byWrite: boolean): void {
    for (let bit = 0; bit < 64; bit++) {
      if ((mask >> BigInt(bit)) & 1n) this.slot(id).written.delete(gfn + bit);
    }
    if (this.rules.hardwareAd && !byWrite) return;
    const range = { start: gfn, end: gfn + 64 };
    this.#eachLeaf(range, this.slot(id).asId, (placed) => {
      const named = placed.level === 1 && (mask >> BigInt(placed.gfn - gfn)) & 1n;
      if (named) placed.leaf.write = false;
    });
  }

  dirtyLog(id: number, on: boolean): void {
    const slot = this.slot(id);
    if (slot.dirtyLog === on) return;
    slot.dirtyLog = on;
    if (!on) {
      slot.written.clear();
      this.collapse(id);
      return;
    }
    if (this.rules.eagerSplit && this.rules.kernel >= 518) this.split(id, 1);
    if (this.rules.byDirtyBit) this.clearDirty(id);
    this.writeProtect(id, this.rules.byDirtyBit ? 2 : 1);
  }

  split(id: number, target: number): void {
    const root = this.roots.get(this.slot(id).asId);
    if (!root) return;
    visit(root, this.rules.levels, this.#rangeOf(id), ({ table, index, level }) => {
      const node = table.children.get(index)!;
      if (node.kind !== 'leaf' || level <= target) return;
      const child = newTable();
      this.#fillFrom(child, node, level);
      table.children.set(index, child);
    });
  }

  /** Small mappings where the host's page is huge: away, or huge at once. */
  collapse(id: number): void {
    const slot = this.slot(id);
    const root = this.roots.get(slot.asId);
    if (!root) return;
    const { kernel } = this.rules;
    visit(root, this.rules.levels, this.#rangeOf(id), ({ table, index, gfn, level }) => {
      const node = table.children.get(index)!;
      const inSlot = gfn >= slot.gfn && gfn < slot.gfn + slot.pages;
      if (!inSlot) return;
      const most = this.#maxLevel(slot, gfn);
      if (kernel < 518) {
        if (node.kind === 'leaf' && level < most) this.#remove(table, index);
        return;
      }
      if (node.kind !== 'table' || level > most || level > 3) return;
      const first = leavesOf(node, level - 1, gfn)[0];
      if (kernel >= 601 && kernel < 613) this.#remove(table, index);
      else if (kernel < 601 && first) this.#remove(table, index);
      else if (kernel >= 613 && first) {
        this.#remove(table, index);
        table.children.set(index, this.#hugeFrom(first.leaf, level));
      }
    });
  }

  #hugeFrom(small: PlainLeaf, level: number): PlainLeaf {
    const nx = this.rules.nxHugePages;
    return {
      ...small,
      pfn: small.pfn - (small.pfn % pages[level]!),
      execute: small.execute && !nx,
      parked: small.parked && { execute: small.parked.execute && !nx },
    };
  }

  recoverNx(): void {
    const [oldest] = this.#tracked;
    if (!oldest) return;
    for (const root of this.roots.values()) {
      visit(root, this.rules.levels, { start: 0, end: Infinity }, ({ table, index }) => {
        if (table.children.get(index) === oldest) this.#remove(table, index);
      });
    }
  }

  hostChange(gfn: number, asId: number, pfn: number, writable: boolean, changePte: boolean): void {
    const slot = this.slotAt(gfn, asId)!;
    const root = this.roots.get(asId);
    const found = root && leafAt(root, this.rules.levels, gfn);
    slot.moved.set(gfn, { pfn, writable });
    if (!changePte) {
      this.zap({ start: gfn, end: gfn + 1 }, asId);
      return;
    }
    if (found?.level !== 1) return;
    this.zap({ start: gfn, end: gfn + 1 }, asId);
    if (writable) return;
    // Made anew as if it had been aged: until the next access, where the CPU has no accessed bit.
    const { leaf } = found;
    const moved: PlainLeaf = { ...leaf, pfn, write: false };
    if (!this.rules.hardwareAd) {
      moved.parked ??= { execute: leaf.execute };
      moved.read = moved.execute = false;
    }
    this.#placeAt(root!, gfn, moved);
  }

  #placeAt(root: PlainTable, gfn: number, leaf: PlainLeaf): void {
    let table = root;
    for (let level = this.rules.levels; level > 1; level--) {
      const node = table.children.get(indexAt(gfn, level));
      if (node?.kind !== 'table') return;
      table = node;
    }
    table.children.set(indexAt(gfn, 1), leaf);
  }

  #rangeOf(id: number): Range {
    const slot = this.slot(id);
    return { start: slot.gfn, end: slot.gfn + slot.pages };
  }
}
