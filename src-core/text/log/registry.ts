import { arm64Kvm } from './arm64-kvm';
import { arm64Syndrome } from './arm64-syndrome';
import { badPageMap } from './bad-page-map';
import { controlStructures } from './control-structures';
import { crashVtop } from './crash-vtop';
import { eptFaults } from './ept-faults';
import { fastPageFault } from './fast-page-fault';
import { gdbPrint } from './gdb-print';
import { guestFault } from './guest-fault';
import { guestWalk } from './guest-walk';
import { kernelWarnings } from './kernel-warnings';
import type { LogEventSpec, LogFamily } from './log-family';
import { lostEvents } from './lost-events';
import { mmio } from './mmio';
import { mmuNotifier } from './mmu-notifier';
import { mmuRoot } from './mmu-root';
import { oopsArm64 } from './oops-arm64';
import { oopsX86 } from './oops-x86';
import { ptdump } from './ptdump';
import { qemuMonitor } from './qemu-monitor';
import { reservedHierarchy } from './reserved-hierarchy';
import { setSpte } from './set-spte';
import { shadowPage } from './shadow-page';
import { spteMessages } from './spte-messages';
import { tdpMmu } from './tdp-mmu';
import { zapAll } from './zap-all';

/** Every family of log lines; a new one is its own file and a line here. */
export const logFamilies: readonly LogFamily[] = [
  tdpMmu,
  setSpte,
  fastPageFault,
  mmio,
  reservedHierarchy,
  shadowPage,
  guestWalk,
  zapAll,
  guestFault,
  mmuNotifier,
  mmuRoot,
  spteMessages,
  eptFaults,
  controlStructures,
  oopsX86,
  oopsArm64,
  arm64Syndrome,
  kernelWarnings,
  badPageMap,
  ptdump,
  qemuMonitor,
  crashVtop,
  gdbPrint,
  arm64Kvm,
  lostEvents,
];

/** An event with the family it belongs to; its place in this list is its number. */
export interface KnownEvent {
  readonly family: LogFamily;
  readonly spec: LogEventSpec;
}

export const knownEvents: readonly KnownEvent[] = logFamilies.flatMap((family) =>
  family.events.map((spec) => ({ family, spec })),
);
