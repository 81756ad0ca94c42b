import { highHalf, joinHalves, lowHalf } from '../word';
import { type Reason, reasonNames } from './reasons';

/** Kinds of events. */
export const eventKinds = [
  /** An entry was changed. */
  'write',
  /** An entry was made invalid so that another value may follow: break-before-make. */
  'broken',
  /** Caches of the memory behind a leaf were cleaned or invalidated. */
  'cache-clean',
  /** The guest's access was taken to the hypervisor. */
  'abort',
  /** A compare-exchange found another value. */
  'exchange-failed',
  /** `kvm_tdp_mmu_spte_changed`: the change was put on the books. */
  'changed',
  'table-allocated',
  'table-linked',
  'table-unlinked',
  /** Waits for readers that may still walk it. */
  'table-queued',
  'table-freed',
  'flush',
  /** Told to the host's memory management. */
  'page-dirty',
  'page-accessed',
  /** A bit of the slot's dirty bitmap. */
  'gfn-dirty',
  'split',
  'root-allocated',
  /** TDX: the module was asked to change private memory's real tables. */
  'external-set',
  'external-removed',
  'external-freed',
  'root-invalidated',
  'locked',
  'unlocked',
  'yielded',
  /** A yield that was due was refused. */
  'yield-refused',
  'slot-changed',
  'host-changed',
  'generation',
  /** The guest's own memory was changed. */
  'guest-write',
  /** A page fault of the guest's own making was given to it. */
  'guest-fault',
  'emulated',
  /** A shadow page that was there already is used again. */
  'page-found',
  /** The guest may write to a table without KVM's noticing. */
  'unsync',
  'sync',
  'rmap-added',
  'rmap-removed',
  /** Found in the list of those that map a frame. */
  'rmap-found',
  'desc-allocated',
  'desc-freed',
  'cache-filled',
  'root-loaded',
  'operation',
  'result',
  /** The kernel WARNs. */
  'warn',
  /** A walk goes to a table that the machine does not hold. */
  'unknown-table',
  /** The kernel would stop here. */
  'bug',
] as const;

export type EventKind = (typeof eventKinds)[number];

/** What an event is about; what does not apply is left out. */
export interface EventFacts {
  readonly table?: number;
  readonly index?: number;
  readonly old?: bigint;
  readonly new?: bigint;
  readonly level?: number;
  readonly gfn?: number;
  readonly asId?: number;
  readonly why?: Reason;
  /** For warnings: the kernel's own text. */
  readonly text?: string;
}

/** An event as a person or a file sees it; `null`: does not apply. */
export interface SimEvent {
  /** From 1. */
  readonly number: number;
  readonly kind: EventKind;
  readonly table: number | null;
  readonly index: number | null;
  readonly old: bigint | null;
  readonly new: bigint | null;
  readonly level: number | null;
  readonly gfn: number | null;
  readonly asId: number | null;
  readonly why: Reason;
  readonly text: string | null;
}

const kindNumbers = new Map(eventKinds.map((kind, number) => [kind, number]));
const reasonNumbers = new Map(reasonNames.map((name, number) => [name, number]));
const none = -1;
const hasOld = 1;
const hasNew = 2;

/**
 * An append-only list in columns: a zap of a large machine makes a million events, and nobody looks
 * at most of them. Going back in history shortens the list; going forward shows the same events again.
 */
export class EventLog {
  #length = 0;
  /** Rows of kind, reason, index, level, address space, which words are there. */
  #small = new Int16Array(6 * 256);
  /** Rows of old and new word, low half first. */
  #words = new Uint32Array(4 * 256);
  /** Rows of table and GFN. */
  #wide = new Float64Array(2 * 256);
  readonly #texts = new Map<number, string>();

  get length(): number {
    return this.#length;
  }

  add(kind: EventKind, facts: EventFacts = {}): void {
    if (this.#length * 6 === this.#small.length) this.#grow();
    const row = this.#length++;
    const present = (facts.old === undefined ? 0 : hasOld) | (facts.new === undefined ? 0 : hasNew);
    this.#small.set(
      [
        kindNumbers.get(kind)!,
        reasonNumbers.get(facts.why ?? 'none')!,
        facts.index ?? none,
        facts.level ?? none,
        facts.asId ?? none,
        present,
      ],
      6 * row,
    );
    this.#storeWord(4 * row, facts.old ?? 0n);
    this.#storeWord(4 * row + 2, facts.new ?? 0n);
    this.#wide[2 * row] = facts.table ?? none;
    this.#wide[2 * row + 1] = facts.gfn ?? none;
    if (facts.text === undefined) this.#texts.delete(row);
    else this.#texts.set(row, facts.text);
  }

  /** The event of that place, from 0. */
  at(row: number): SimEvent | undefined {
    if (row < 0 || row >= this.#length) return undefined;
    const [kind, why, index, level, asId, present] = this.#small.subarray(6 * row, 6 * row + 6);
    return {
      number: row + 1,
      kind: eventKinds[kind!]!,
      table: known(this.#wide[2 * row]!),
      index: known(index!),
      old: present! & hasOld ? this.#word(4 * row) : null,
      new: present! & hasNew ? this.#word(4 * row + 2) : null,
      level: known(level!),
      gfn: known(this.#wide[2 * row + 1]!),
      asId: known(asId!),
      why: reasonNames[why!]!,
      text: this.#texts.get(row) ?? null,
    };
  }

  /** Events from a place on, in order. */
  *from(row = 0): Generator<SimEvent> {
    for (let at = row; at < this.#length; at++) yield this.at(at)!;
  }

  /** Shows only the first events, or again those that were hidden. */
  moveTo(length: number): void {
    this.#length = length;
  }

  #word(at: number): bigint {
    return joinHalves(this.#words[at]!, this.#words[at + 1]!);
  }

  #storeWord(at: number, word: bigint): void {
    this.#words[at] = lowHalf(word);
    this.#words[at + 1] = highHalf(word);
  }

  #grow(): void {
    const [small, words, wide] = [this.#small, this.#words, this.#wide];
    this.#small = new Int16Array(2 * small.length);
    this.#words = new Uint32Array(2 * words.length);
    this.#wide = new Float64Array(2 * wide.length);
    this.#small.set(small);
    this.#words.set(words);
    this.#wide.set(wide);
  }
}

function known(value: number): number | null {
  return value === none ? null : value;
}
