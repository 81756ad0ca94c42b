import { frameNumber, isLast } from '../../kvm/spte';
import { formatWord } from '../../word';
import { entriesPerTable } from '../table-page';
import type { WalkerField, WalkerState } from '../walker-state';
import { gvaText } from './guest-form';
import type { MmuPage } from './mmu-page';
import type { ShadowMachine } from './shadow-machine';

/** Index of an address in a shadow table: `SHADOW_PT_INDEX()`. */
export function shadowIndex(gva: number, level: number): number {
  return Math.floor(gva / 2 ** (12 + 9 * (level - 1))) % entriesPerTable;
}

/** `struct kvm_shadow_walk_iterator`: a walk down the shadow tables for one address. */
export class ShadowWalk {
  level: number;
  page: MmuPage | null;

  /** `shadow_walk_init()`: under a PAE root the walk begins at one of four tables of level 2. */
  constructor(
    readonly machine: ShadowMachine,
    readonly gva: number,
  ) {
    const { roots } = machine.state;
    const { shadowRootLevel } = machine.kind.guest;
    const paged = shadowRootLevel === 3;
    this.page = roots[paged ? Math.floor(gva / 2 ** 30) % 4 : 0] ?? null;
    this.level = this.page ? (paged ? 2 : shadowRootLevel) : 0;
  }

  /** `shadow_walk_okay()`. */
  get okay(): boolean {
    return this.level >= 1 && this.page !== null;
  }

  get index(): number {
    return shadowIndex(this.gva, this.level);
  }

  get spte(): bigint {
    return this.page!.table.entry(this.index);
  }

  /** `shadow_walk_next()`. @returns whether there is an entry to look at */
  next(): boolean {
    const { machine, spte } = this;
    if (!machine.isPresent(spte) || isLast(spte, this.level)) {
      this.level = 0;
      return false;
    }
    const pa = Number(frameNumber(machine.kind.masks, spte)) * 4096;
    this.page = machine.pages.get(pa) ?? null;
    this.level--;
    return this.okay;
  }

  /** What is to be seen of it. */
  snapshot(): WalkerState | null {
    const { page, level, gva, machine } = this;
    if (!page || level < 1) return null;
    const { index } = this;
    const value = page.table.entry(index);
    return {
      struct: 'kvm_shadow_walk_iterator',
      table: page.table.pa,
      memory: 'host',
      index,
      level,
      gfn: Math.floor(gva / 4096),
      value,
      path: pathTo(machine, gva, level),
      fields: fieldsOf(this, page, index, value),
    };
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function plain(name: string, value: string): WalkerField {
  return { name, value, table: null };
}

function fieldsOf(walk: ShadowWalk, page: MmuPage, index: number, value: bigint): WalkerField[] {
  const { gva, level, machine } = walk;
  const { guest, form } = machine.kind;
  return [
    plain('addr', gvaText(guest, gva)),
    plain('level', String(level)),
    plain('index', String(index)),
    ...(guest.fourByteEntries ? quadrantFields(walk, form.quadrantFrom) : []),
    { name: 'shadow_addr', value: hex(page.table.pa), table: page.table.pa },
    plain('sptep', hex(page.table.pa + 8 * index)),
    plain('*sptep', formatWord(value)),
    plain('sp->gfn', hex(page.gfn)),
    plain('sp->role', formatWord(page.role)),
  ];
}

/** The quadrant of this page, and of the one below: what it comes from, and the bits it takes. */
function quadrantFields(walk: ShadowWalk, from: 'address' | 'index'): WalkerField[] {
  const { gva, level, page, index } = walk;
  const taken = level === 2 ? 'address bits 31:30' : 'address bit 21';
  const own = plain('quadrant', `${page!.quadrant} (${taken})`);
  if (level !== 2) return [own];
  const below =
    from === 'index'
      ? `spte_index(sptep) & 1 = ${index} & 1 = ${index & 1}`
      : `(addr >> 21) & 1 = ${Math.floor(gva / 2 ** 21) % 2}`;
  return [own, plain('quadrant below', `${below} (address bit 21)`)];
}

/** Tables from that level up to the root, the level's own first. */
function pathTo(machine: ShadowMachine, gva: number, level: number): number[] {
  const path: number[] = [];
  for (const walk = new ShadowWalk(machine, gva); walk.okay && walk.level >= level; walk.next()) {
    path.unshift(walk.page!.table.pa);
  }
  return path;
}
