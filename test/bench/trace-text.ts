import { Random } from './random';

/** Guest pages that the trace's machine has: 2 GiB. */
const guestPages = 1 << 19;
const firstTable = 0x10_3b30;
const firstPage = 0x20_0000;
const tableBits = 0x827;
const leafBits = 0xc67;
const writable = 2;

/** What a machine's entries hold while it prints; values of NPT on 6.1, empty entries are 0. */
class PrintingMachine {
  private readonly parts: string[] = [];
  private lines = 0;
  private tables = 0;
  /** By GFN of the first page: the levels linked so far, as `level/gfn`. */
  private readonly linked = new Set<string>();
  private readonly leaves = new Float64Array(guestPages);

  constructor(
    private readonly random: Random,
    private readonly most: number,
  ) {}

  get done(): boolean {
    return this.lines >= this.most;
  }

  private print(text: string): void {
    const time = (100 + this.lines / 1e6).toFixed(6);
    this.parts.push(`       CPU 0/KVM-4711    [003] ...1.   ${time}: ${text}\n`);
    this.lines++;
  }

  private page(level: number): number {
    this.print(
      `kvm_mmu_get_page: sp gen 0 gfn 0 l${level} 8-byte q0 direct wux nxe ad root 0 sync new`,
    );
    return (firstTable + this.tables++) * 4096;
  }

  private changed(gfn: number, level: number, old: number, value: number): void {
    this.print(
      `kvm_tdp_mmu_spte_changed: as id 0 gfn ${gfn.toString(16)} level ${level} old_spte ${old.toString(16)} new_spte ${value.toString(16)}`,
    );
  }

  start(): void {
    const root = this.page(4);
    this.print(
      `mmu_root: (svm_load_mmu_pgd+0x0/0xf0 [kvm_amd]) root_hpa=0x${root.toString(16)} root_level=4`,
    );
  }

  /** A fault on a page: tables down to it, then a leaf; on a write-protected one the fast path. */
  step(): void {
    const gfn = this.random.below(guestPages);
    const leaf = this.leaves[gfn]!;
    const address = (gfn * 4096).toString(16);
    this.print(
      `kvm_page_fault: vcpu 0 rip 0x8000 address 0x${address.padStart(16, '0')} error_code 0x200000006`,
    );
    if (leaf === 0) this.map(gfn);
    else if (leaf % 4 >= writable) this.setLeaf(gfn, leaf - writable);
    else {
      const now = leaf + writable;
      this.print(
        `fast_page_fault: vcpu 0 gva ${address} error_code P|W|U sptep 00000000441dd4df old 0x${leaf.toString(16)} new ${now.toString(16)} spurious 0 fixed 1`,
      );
      this.leaves[gfn] = now;
    }
  }

  private map(gfn: number): void {
    for (const level of [4, 3, 2]) {
      const first = gfn - (gfn % 512 ** (level - 1));
      const key = `${level}/${first}`;
      if (this.linked.has(key)) continue;
      this.linked.add(key);
      this.changed(first, level, 0, this.page(level - 1) + tableBits);
    }
    const leaf = (firstPage + gfn) * 4096 + leafBits;
    this.print(
      `kvm_mmu_spte_requested: gfn ${gfn.toString(16)} pfn ${(firstPage + gfn).toString(16)} level 1`,
    );
    this.setLeaf(gfn, leaf);
    this.print(
      `kvm_mmu_set_spte: gfn ${gfn.toString(16)} spte ${leaf.toString(16)} (rwxu) level 1 at ${(firstTable * 4096 + gfn * 8).toString(16)}`,
    );
  }

  private setLeaf(gfn: number, value: number): void {
    this.changed(gfn, 1, this.leaves[gfn]!, value);
    this.leaves[gfn] = value;
  }

  text(): string {
    return this.parts.join('');
  }
}

/** A trace of so many events, as ftrace prints it: faults of one vCPU on pages chosen by chance. */
export function traceText(events: number): string {
  const machine = new PrintingMachine(new Random(7), events);
  machine.start();
  while (!machine.done) machine.step();
  return machine.text();
}
