import { formatWord } from '../word';
import type { Facts } from '../paging/decoded-entry';

/** One memory access, and the state of the CPU that decides whether it may happen. */
export interface Access {
  readonly type: 'read' | 'write' | 'execute';
  /** From user mode: CPL 3, EL0. */
  readonly user?: boolean;

  // x86 paging
  readonly cr0Wp?: boolean;
  readonly smep?: boolean;
  readonly smap?: boolean;
  /** EFLAGS.AC: lifts SMAP for explicit accesses. */
  readonly ac?: boolean;
  /** An implicit supervisor access (descriptor tables, …): AC does not help it. */
  readonly implicit?: boolean;
  readonly pke?: boolean;
  readonly pkru?: bigint;
  readonly pks?: boolean;
  readonly pkrs?: bigint;
  /** EFER.NXE; left out: as the CPU's facts say, else on. */
  readonly nxe?: boolean;

  // Second-level tables (EPT, NPT, stage 2)
  /** The CPU's own access to a guest table: a `write` updates accessed or dirty flags there. */
  readonly guestTable?: boolean;
  /** EPT: accessed and dirty flags are on (EPTP bit 6); left out: on. */
  readonly accessedDirty?: boolean;
  /** EPT: mode-based execute control; left out: as the CPU's facts say. */
  readonly mbec?: boolean;
  /** EPT: the exit carries a linear address; left out: it does. */
  readonly linearAddress?: boolean;
  /** NPT: guest mode execute trap. */
  readonly gmet?: boolean;
  /** NPT: the host's CR4.SMEP, which decides whether a fetch is told. */
  readonly hostSmep?: boolean;

  // arm64; what hardware sets by itself (HA, HD) is a fact of the CPU
  /** PSTATE.PAN. */
  readonly pan?: boolean;
  /** SCTLR.WXN: writable is not executable. */
  readonly wxn?: boolean;
}

/** The entry and the bits of it that decided. */
export interface DecidedBy {
  /** As KVM counts. */
  readonly level: number;
  readonly entryAddress: bigint;
  readonly entry: bigint;
  readonly bits: readonly number[];
  readonly why: string;
}

/** Accessed or dirty flags that an access writes back into a table. */
export interface EntryUpdate {
  readonly level: number;
  readonly entryAddress: bigint;
  readonly before: bigint;
  readonly after: bigint;
}

export type AccessException =
  | '#PF'
  | '#GP'
  | 'EPT violation'
  | 'EPT misconfiguration'
  | 'NPF'
  | 'data abort'
  | 'instruction abort';

/** Where the architecture reports what was wrong: names as on the command line. */
export type FaultWordName = 'error_code' | 'exit_qualification' | 'exit_info_1' | 'esr';

/** Would the access fault, and with what? */
export interface AccessAnswer {
  /** `null`: cannot be told, and `why` says what is missing. */
  readonly allowed: boolean | null;
  readonly exception: AccessException | null;
  readonly fault: { readonly name: FaultWordName; readonly value: bigint } | null;
  /** One sentence. */
  readonly why: string;
  readonly decidedBy: DecidedBy | null;
  /** Flags the CPU sets when the access goes through. */
  readonly sets: readonly EntryUpdate[];
}

/** An access that goes through. */
export function allow(why: string, sets: readonly EntryUpdate[]): AccessAnswer {
  return { allowed: true, exception: null, fault: null, why, decidedBy: null, sets };
}

/** An access nobody can judge. */
export function unknown(why: string): AccessAnswer {
  return { allowed: null, exception: null, fault: null, why, decidedBy: null, sets: [] };
}

/** An access that faults. */
export function refuse(
  exception: AccessException,
  fault: AccessAnswer['fault'],
  why: string,
  decidedBy: DecidedBy | null,
): AccessAnswer {
  return { allowed: false, exception, fault, why, decidedBy, sets: [] };
}

/** The answer in the form of the command line's contract. */
export function accessFacts(answer: AccessAnswer): Facts {
  const { decidedBy, fault } = answer;
  return {
    allowed: answer.allowed,
    exception: answer.exception,
    ...(fault ? { [fault.name]: formatWord(fault.value) } : {}),
    why: answer.why,
    decided_by: decidedBy && {
      level: decidedBy.level,
      entry_address: formatWord(decidedBy.entryAddress),
      entry: formatWord(decidedBy.entry),
      bits: decidedBy.bits,
      why: decidedBy.why,
    },
    sets: updateFacts(answer.sets),
  };
}

/** Flags that are written back, in the form of the command line's contract. */
export function updateFacts(updates: readonly EntryUpdate[]): Facts[] {
  return updates.map((update) => ({
    level: update.level,
    entry_address: formatWord(update.entryAddress),
    before: formatWord(update.before),
    after: formatWord(update.after),
  }));
}
