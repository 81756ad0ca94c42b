/** A tree of tables that a trace tells of: one root of KVM, from its creation on. */
export interface TraceTree {
  readonly number: number;
  /** KVM's address space: 0, or 1 for system management mode; `null`: the lines do not tell. */
  readonly asId: number | null;
  /**
   * `gfn`: lines name entries by level and GFN. `address`: by the entry's own address alone; its
   * upper levels are unknown (shadow paging, and TDP before 5.11).
   */
  readonly namedBy: 'gfn' | 'address';
  /** Page number of the root; `null`: the trace does not tell. */
  rootFrame: number | null;
  /** As KVM counts; may grow while the trace is read. */
  rootLevel: number;
  /** The line that began it: all it holds is known. `null`: it is older than the trace. */
  readonly createdLine: number | null;
  /** Nothing is known of it before this line: the trace's first, or where events were lost. */
  readonly sinceLine: number;
  /** The line that made it obsolete. */
  obsoleteLine: number | null;
}

/** A root that KVM made or loaded, before any line names an entry of it. */
interface PendingRoot {
  /** `null`: loaded, made before the trace began. */
  readonly line: number | null;
  readonly level: number;
  frame: number | null;
  /** Something stood between it and the next change: a child of the root would have none. */
  confirmed: boolean;
}

const assumedLevels = 4;
/** Roots of one address space that lines may still name: those before are long gone. */
const remembered = 8;

/** The roots of a trace as its lines go by. */
export class TreeKeeper {
  readonly trees: TraceTree[] = [];
  private pending: PendingRoot | null = null;
  private readonly byAsId = new Map<number, TraceTree[]>();
  private addressTree: TraceTree | null = null;
  private sinceLine = 0;

  /** Trees of an address space that lines may name, newest first. */
  candidates(asId: number): readonly TraceTree[] {
    return this.byAsId.get(asId) ?? [];
  }

  /** Every tree named by GFN that is not forgotten, newest first. */
  recent(): readonly TraceTree[] {
    return [...this.byAsId.values()].flat().sort((one, other) => other.number - one.number);
  }

  /** `kvm_mmu_get_page … direct … new`. Source: `kvm_tdp_mmu_get_vcpu_root_hpa()`, tdp_mmu.c. */
  pageMade(line: number, level: number): void {
    this.between();
    const newest = this.recent()[0];
    const known = this.pending?.level ?? newest?.rootLevel ?? 0;
    if (level < assumedLevels || level < known) return;
    this.pending = { line, level, frame: null, confirmed: false };
  }

  /** A fault or another page: what is pending is no child about to be linked. */
  between(): void {
    if (this.pending) this.pending.confirmed = true;
  }

  /** A probe told which root was loaded. */
  rootLoaded(frame: number, level: number): void {
    if (this.recent().some(({ rootFrame }) => rootFrame === frame)) return;
    if (this.pending && this.pending.frame === null && this.pending.level === level) {
      this.pending.frame = frame;
      this.pending.confirmed = true;
      return;
    }
    const unnamed = this.recent().find(({ rootFrame, createdLine }) => {
      return rootFrame === null && createdLine === null;
    });
    if (unnamed) unnamed.rootFrame = frame;
    else this.pending = { line: null, level, frame, confirmed: true };
  }

  /** Events were lost: whatever was known may be otherwise, and roots may have come and gone. */
  forget(line: number): void {
    this.byAsId.clear();
    this.addressTree = null;
    this.pending = null;
    this.sinceLine = line;
  }

  /** Everything KVM has is obsolete: a new root comes. */
  allObsolete(line: number): void {
    for (const tree of this.trees) tree.obsoleteLine ??= line;
  }

  /** The pending root, if an entry of this level can be its first; it is taken then. */
  takePending(asId: number, level: number): TraceTree | undefined {
    const { pending } = this;
    if (!pending?.confirmed || level !== pending.level) return undefined;
    this.pending = null;
    return this.add(asId, pending.line, pending.level, pending.frame);
  }

  /** A root that the trace shows only by its entries. */
  addUnannounced(asId: number, line: number | null, level: number): TraceTree {
    const { pending } = this;
    const loaded = pending?.line === null ? pending : null;
    if (loaded) this.pending = null;
    const rootLevel = Math.max(level, loaded?.level ?? assumedLevels);
    return this.add(asId, line, rootLevel, loaded?.frame ?? null);
  }

  private add(
    asId: number,
    createdLine: number | null,
    rootLevel: number,
    rootFrame: number | null,
  ): TraceTree {
    const tree = this.make(asId, 'gfn', createdLine, rootLevel, rootFrame);
    this.byAsId.set(asId, [tree, ...this.candidates(asId)].slice(0, remembered));
    return tree;
  }

  /** The entries that lines name by their address; their roots stay apart from one another there. */
  byAddress(): TraceTree {
    this.addressTree ??= this.make(null, 'address', null, 0, null);
    return this.addressTree;
  }

  private make(
    asId: number | null,
    namedBy: TraceTree['namedBy'],
    createdLine: number | null,
    rootLevel: number,
    rootFrame: number | null,
  ): TraceTree {
    const tree: TraceTree = {
      number: this.trees.length,
      asId,
      namedBy,
      rootFrame,
      rootLevel,
      createdLine,
      sinceLine: createdLine ?? this.sinceLine,
      obsoleteLine: null,
    };
    this.trees.push(tree);
    return tree;
  }
}
