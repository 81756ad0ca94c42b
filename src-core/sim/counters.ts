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

const positions = Object.fromEntries(
  counterNames.map((name, position) => [name, position]),
) as Record<CounterName, number>;

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
export class Counters {
  readonly #cells = new Uint32Array(counterNames.length);

  constructor(readonly journal: Journal) {}

  get(name: CounterName): number {
    return this.#cells[positions[name]]! | 0;
  }

  add(name: CounterName, amount: number): void {
    this.journal.set(this.#cells, positions[name], (this.get(name) + amount) >>> 0);
  }

  values(): CounterValues {
    return Object.fromEntries(counterNames.map((name) => [name, this.get(name)])) as Record<
      CounterName,
      number
    >;
  }
}
