import type { Journal } from './journal';

/** What a machine counts. */
export const counterNames = [
  /** Leaf entries by size. */
  'mappings4k',
  'mappings2m',
  'mappings1g',
  /** Tables in use, roots included. */
  'mmuPages',
  /** Tables that exist because an executable huge page is not allowed. */
  'nxSplits',
  /** Remote TLB flushes. */
  'tlbFlushes',
  /** Page faults handled. */
  'faults',
  /** `kvm->stat.lpages` as v5.13 and v5.14 keep it: from bit 7 of the raw values. */
  'lpages',
] as const;

export type CounterName = (typeof counterNames)[number];

export type CounterValues = Readonly<Record<CounterName, number>>;

/** Counters of mappings by level; index 0 is unused. */
const mappingCounters: readonly (CounterName | null)[] = [
  null,
  'mappings4k',
  'mappings2m',
  'mappings1g',
];

/** The counter of leaves of that level; `null`: no leaf can be there. */
export function mappingCounter(level: number): CounterName | null {
  return mappingCounters[level] ?? null;
}

/** Counters that go back with the journal. They may fall below zero where KVM's do. */
export class NamedCounters<Name extends string> {
  readonly #cells: Uint32Array;
  readonly #positions: ReadonlyMap<Name, number>;

  constructor(
    readonly journal: Journal,
    readonly names: readonly Name[],
  ) {
    this.#cells = new Uint32Array(names.length);
    this.#positions = new Map(names.map((name, position) => [name, position]));
  }

  get(name: Name): number {
    return this.#cells[this.#positions.get(name)!]! | 0;
  }

  add(name: Name, amount: number): void {
    const position = this.#positions.get(name)!;
    this.journal.set(this.#cells, position, (this.#cells[position]! + amount) >>> 0);
  }

  values(): Readonly<Record<Name, number>> {
    const entries = this.names.map((name) => [name, this.get(name)]);
    return Object.fromEntries(entries) as Record<Name, number>;
  }
}

/** The counters of the TDP MMU. */
export class Counters extends NamedCounters<CounterName> {
  constructor(journal: Journal) {
    super(journal, counterNames);
  }
}
