import type { DecodeRequest } from '../../kvm/decode-request';
import type { EntryKind } from '../../paging/decoded-entry';

/**
 * What a person sees of a simulated machine, whichever it is: plain data for trees and lists. A view
 * is made once for a session and reads the machine as it is at the moment of each question; moves
 * are the session's business.
 */
export interface MachineView {
  /** What the walker's list is called, such as `Iterator`. */
  readonly walkerTitle: string;
  /** What an address to run to is. */
  readonly goal: RunGoal;
  roots(): TreeRow[];
  /** Rows below that one, at most 513; none for a row that is not there (any more). */
  children(id: string): TreeRow[];
  /** The row of that id; `null`: it is not there now. */
  row(id: string): TreeRow | null;
  /** The row it hangs below; `null`: it is a top row, or not there. */
  parentOf(id: string): string | null;
  /** What a row says, at length; `null`: it is not there now. Built when asked for. */
  explain(id: string): RowExplanation | null;
  /** The row where the walker is; `null`: nowhere in the tree. */
  place(): string | null;
  /** Rows from the top to the place, the place last; empty: nowhere. */
  path(): readonly string[];
  fields(): FieldRow[];
  counters(): CounterRow[];
  /** @param from how many of the newest are left out */
  events(from: number, count: number): { readonly total: number; readonly rows: EventRow[] };
  controls(): readonly Control[];
  status(): Status;
  /** From here on `changed` and `was` are told against what is there now. Called before moves are made. */
  remember(): void;
  /** How the walker moved last; `null`: the last move was none of its own. Down, Side and Up go by it. */
  walkerMove(): WalkerMove | null;
  /** Whether the last move brought the walker to the entry that an address comes to in the end. */
  isAt(address: number): boolean;
}

/** The address that "Run to" asks for. */
export interface RunGoal {
  /** Its name, such as `GFN`. */
  readonly name: string;
  /** First one that cannot be. */
  readonly end: number;
  /** One with bits 63:47 all set means its low 48 bits. */
  readonly canonical?: boolean;
}

/** What a row is: decides icon and colour. */
export type RowKind =
  | EntryKind
  | 'root'
  /** A root that is being torn down. */
  | 'invalid-root'
  /** A table that was unlinked and waits to be freed. */
  | 'queued-table'
  /** A table that the machine does not hold. */
  | 'unknown-table'
  /** A heading for other rows. */
  | 'group';

/** A row of the tree of tables. */
export interface TreeRow {
  /**
   * Stable over moves, and one of a kind in the tree: the top row, then the index in each table, such
   * as `root:0x1000/0/5`; a run is named by its first entry: `root:0x1000/0/6+`.
   */
  readonly id: string;
  readonly kind: RowKind;
  /** Such as `[5] leaf` or `[6…511] 506 empty`. */
  readonly label: string;
  /** Access, size, frame: what stands beside the label. */
  readonly description: string;
  readonly hasChildren: boolean;
  /** It changed since {@link MachineView.remember}. */
  readonly changed: boolean;
  /** The walker is here, or went through here. */
  readonly mark: 'here' | 'path' | null;
  /** The entry it stands for; of a run the first; `null`: a heading. */
  readonly entry: RowEntry | null;
  readonly actions: readonly RowAction[];
}

export interface RowEntry {
  /** Byte address of its table. */
  readonly table: number;
  readonly index: number;
  /** As KVM counts. */
  readonly level: number;
  /** First guest frame (arm64: of the IPA) it covers. */
  readonly gfn: number;
  readonly value: bigint;
}

/** What menus name; `other`: shown in the list of all actions only. */
export type ActionVerb =
  'map' | 'access' | 'zap' | 'write-protect' | 'age' | 'split' | 'mmio' | 'set' | 'other';

/** Something that can be done to what a row stands for: an operation, with what is known filled in. */
export interface RowAction {
  readonly verb: ActionVerb;
  /** Such as `Write-Protect Slot 0`. */
  readonly title: string;
  /** The operation's name. */
  readonly operation: string;
  /** Arguments as in a scenario, those that the row answers. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Names of parameters that a person is asked for. */
  readonly ask: readonly string[];
  /** What an input box begins with, by parameter. */
  readonly suggestions?: Readonly<Record<string, string>>;
}

/** What a tooltip tells: an entry's own decode, or words. */
export type RowExplanation =
  | { readonly kind: 'entry'; readonly request: DecodeRequest; readonly notes: readonly string[] }
  | { readonly kind: 'words'; readonly title: string; readonly lines: readonly string[] };

/** A field of the walker, by the kernel's own name. */
export interface FieldRow {
  readonly name: string;
  readonly value: string;
  /** What it was at {@link MachineView.remember}; `null`: the same, or there was none. */
  readonly was: string | null;
  readonly children: readonly FieldRow[];
  /** The row it is about; `null`: none. */
  readonly rowId: string | null;
}

export interface CounterRow {
  /** Short, such as `4K`. */
  readonly name: string;
  readonly title: string;
  readonly value: number;
  readonly was: number | null;
}

/** What a move set off. */
export interface EventRow {
  /** From 1. */
  readonly number: number;
  /** Number of the move it belongs to; 0: before the first. */
  readonly move: number;
  /** As in `pagewalk simulate --json`. */
  readonly kind: string;
  readonly label: string;
  readonly description: string;
  /** How bad: a WARN is a warning, a BUG an error; `null`: neither. */
  readonly severity: 'error' | 'warning' | null;
  /** The row it is about, as far as it is there now; `null`: none. */
  readonly rowId: string | null;
}

export type Direction = 'down' | 'side' | 'up';

/** A move of the walker, and the level (as KVM counts) it came to. */
export interface WalkerMove {
  /** `restart`: back to the root; `end`: the walk is over. */
  readonly to: Direction | 'restart' | 'end';
  readonly level: number;
}

export type ControlName =
  Direction | 'next' | 'back' | 'runTo' | 'runToEnd' | 'restart' | 'yield' | 'play' | 'do';

/** Something a person may ask for now, or why not. */
export interface Control {
  readonly name: ControlName;
  readonly enabled: boolean;
  /** One sentence; `null`: it can be done. */
  readonly reason: string | null;
}

/** Where the machine stands, in words. */
export interface Status {
  /** Moves made. */
  readonly position: number;
  /** Moves known: more than were made after steps back. */
  readonly known: number;
  /** Title of the operation under way, or of the last; `null`: none has begun. */
  readonly operation: string | null;
  /** The scenario's own words about it. */
  readonly note: string;
  readonly underWay: boolean;
  /** Operations that are still to come. */
  readonly toCome: number;
  /** What the last move was, in a few words; `null`: there was none. */
  readonly move: string | null;
  /** Why nothing goes on; `null`: it does. */
  readonly stop: { readonly kind: 'bug' | 'unknown'; readonly text: string } | null;
}
