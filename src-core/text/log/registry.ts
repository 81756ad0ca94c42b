import { fastPageFault } from './fast-page-fault';
import type { LogEventSpec, LogFamily } from './log-family';
import { mmio } from './mmio';
import { reservedHierarchy } from './reserved-hierarchy';
import { setSpte } from './set-spte';
import { tdpMmu } from './tdp-mmu';

/** Every family of log lines; a new one is its own file and a line here. */
export const logFamilies: readonly LogFamily[] = [
  tdpMmu,
  setSpte,
  fastPageFault,
  mmio,
  reservedHierarchy,
];

/** An event with the family it belongs to; its place in this list is its number. */
export interface KnownEvent {
  readonly family: LogFamily;
  readonly spec: LogEventSpec;
}

export const knownEvents: readonly KnownEvent[] = logFamilies.flatMap((family) =>
  family.events.map((spec) => ({ family, spec })),
);
