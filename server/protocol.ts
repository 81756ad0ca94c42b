/**
 * What client and server say to each other beyond the language server protocol: method names and
 * plain types. This file imports nothing. Words and addresses are hex strings (`0x…`): JSON has no
 * 64-bit numbers.
 */

/** A place in a document; lines and columns from 0, columns in UTF-16 units. */
export interface Place {
  readonly uri: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export interface RootInfo {
  /** Byte address of the root table. */
  readonly address: string;
  /** Entry format's name, as in settings and on the command line. */
  readonly format: string;
  readonly levels: number;
  /** 0 to 1: how well the tables below it hang together. */
  readonly score: number;
  readonly evidence: readonly string[];
}

export const rootsRequest = 'pagewalk/roots';
export interface RootsParams {
  readonly uri: string;
}
export interface RootsResult {
  readonly roots: readonly RootInfo[];
  /** What is assumed for this file: format, kernel, root, and why. */
  readonly assumptions: FileAssumptions;
  /** It holds no dump but a trace: a walk that names no root goes through the tables at its end. */
  readonly trace: boolean;
}

export interface FileAssumptions {
  readonly format: string | null;
  readonly formatBasis: 'given' | 'detected' | 'assumed';
  readonly kernel: string | null;
  readonly kernelBasis: 'given' | 'detected' | 'assumed';
  readonly root: string | null;
  readonly rootBasis: 'given' | 'detected' | 'assumed';
  readonly levels: number | null;
  /** One sentence. */
  readonly why: string;
}

export const walkRequest = 'pagewalk/walk';
export interface WalkParams {
  readonly uri: string;
  /** `0x…` or bare hexadecimal. */
  readonly address: string;
  /** Byte address of the root; left out: the file's own. */
  readonly root?: string;
  readonly format?: string;
  readonly levels?: number;
  /**
   * Through KVM's tables as they were just after this line (from 0) of a trace, by the root and the
   * format that the trace tells; left out: through the file's dumps.
   */
  readonly line?: number;
  /**
   * The tables under a guest's own: `root`, `format` and `levels` are then the guest's. Left out: as
   * the file's comment line says, which may name a second dimension itself.
   */
  readonly second?: SecondParams;
}

export interface SecondParams {
  readonly root: string;
  readonly format?: string;
  readonly levels?: number;
}

export interface WalkRow {
  readonly level: number;
  /** What a person calls the level, e.g. `level 4 (PML4)`. */
  readonly title: string;
  readonly index: number;
  readonly table: string;
  readonly entryAddress: string;
  readonly entry: string | null;
  /** table, leaf, mmio, not-present, reserved, missing … */
  readonly kind: string;
  /** One short line: what the entry says. */
  readonly meaning: string;
  /** The hover's own decode, Markdown. */
  readonly markdown: string;
  /** Where the entry stands in the dump, or is set in the trace; `null` when it is not. */
  readonly place: Place | null;
  /** Of a walk in two dimensions: which reference to memory this is. */
  readonly reference?: {
    /** From 1, in the order the CPU reads. */
    readonly number: number;
    readonly dimension: 1 | 2;
    /** What the dimension's tables are called, such as `guest` or `EPT`. */
    readonly name: string;
  };
}

export interface WalkReply {
  readonly address: string;
  readonly status: string;
  readonly physical: string | null;
  readonly pageSize: number | null;
  /** One line: the answer. */
  readonly summary: string;
  readonly root: string;
  readonly format: string;
  readonly levels: number;
  readonly rows: readonly WalkRow[];
  readonly findings: readonly { code: string; severity: string; message: string }[];
  /** What the usual accesses would meet, a line each; empty where the walk has no end in the dump. */
  readonly accesses: readonly string[];
  /** The command that would dump what is missing, per debugger; empty unless something is. */
  readonly dumpCommands: readonly { tool: string; command: string }[];
  /** The second dimension of a walk in two. */
  readonly second?: {
    readonly root: string;
    readonly format: string;
    readonly levels: number;
    /** What the addresses are called, the first dimension's input first: `GVA`, `GPA`, `HPA`. */
    readonly addresses: readonly [first: string, between: string, last: string];
    /** GPA or IPA; `null`: the first dimension does not map the address. */
    readonly intermediate: string | null;
  };
}

/** An answer, or a sentence that says what is wrong with the question. */
export type WalkResponse = { readonly walk: WalkReply } | { readonly problem: string };

export const decodeRequest = 'pagewalk/decode';
export interface DecodeParams {
  /** `0x…` or bare hexadecimal; or a register or a code by its name: `cr3 = 0x…`, `esr 0x…`. */
  readonly value: string;
  /** File whose format, kernel and settings hold; `null`: none, only what is set in general. */
  readonly uri: string | null;
  readonly format?: string;
  readonly level?: number;
  readonly kernel?: string;
}

/** The hover's own decode as Markdown, or a sentence that says what is wrong with the question. */
export type DecodeResponse = { readonly markdown: string } | { readonly problem: string };

/** What a client may tell the server about itself, in `initializationOptions`. */
export interface ClientOptions {
  /** Links `command:NAME?ARGUMENTS` in Markdown run the commands named below. */
  readonly commandLinks?: boolean;
  /** The editor validates scenarios by their JSON schema: what that says is not said again. */
  readonly validatesBySchema?: boolean;
  /** URI of docs/findings.md, to which the codes of problems link. */
  readonly findingsPage?: string;
}

/** Takes one `WalkCommandArguments`; without an address it asks for one. */
export const walkCommand = 'pagewalk.walkAddress';
export interface WalkCommandArguments {
  readonly uri?: string;
  readonly address?: string;
  readonly root?: string;
  readonly format?: string;
  readonly levels?: number;
  readonly second?: SecondParams;
}

/** Takes one `Place` and shows it in an editor. */
export const showPlaceCommand = 'pagewalk.showPlace';

/** Takes the text of a command that dumps a missing table, and copies it. */
export const copyDumpCommand = 'pagewalk.copyDumpCommand';

/** Lets the reader choose format, kernel and root of the file in front; takes nothing. */
export const chooseAssumptionsCommand = 'pagewalk.chooseAssumptions';

export const wordRequest = 'pagewalk/word';
/** A register, an error code, a syndrome: what stands beside entries. */
export interface WordParams {
  /** Its name, as on the command line: `cr3`, `exit-qualification`, `esr` … */
  readonly name: string;
  /** `0x…` or bare hexadecimal. */
  readonly value: string;
  /** File whose kernel and settings hold; `null`: only what is set in general. */
  readonly uri: string | null;
}

/** A line of a trace, from 0: what is asked about is just after it. */
export interface TraceLine {
  readonly uri: string;
  readonly line: number;
}

/** Takes one `TraceLine`, or nothing: the line of the cursor. Shows the tables as a document. */
export const tableAsOfCommand = 'pagewalk.tableAsOf';
/** Takes one `TraceLine`, or nothing: the line of the cursor. Asks for an address and walks it. */
export const walkAsOfCommand = 'pagewalk.walkAsOf';

export const traceLineRequest = 'pagewalk/traceLine';
/** What a line of a trace is about. */
export interface TraceLineReply {
  /** Address of the guest that its event names; `null`: none. */
  readonly address: string | null;
}

export const traceTablesRequest = 'pagewalk/traceTables';
/** The tables as a dump: an entry a line, with its level, GFN and the line that set it. */
export type TraceTablesResponse = { readonly text: string } | { readonly problem: string };

export const traceDifferenceRequest = 'pagewalk/traceDifference';
export interface TraceDifferenceParams extends TraceLine {
  readonly otherLine: number;
}
/** An entry that is otherwise at the other line. */
export interface TraceChange {
  readonly level: number;
  /** KVM's address space; `null`: the lines do not tell. */
  readonly addressSpace: number | null;
  /** First GFN covered; `null`: the lines name the entry by its address. */
  readonly gfn: string | null;
  readonly entryAddress: string | null;
  /** At `line`; `null`: unknown. */
  readonly old: string | null;
  /** At `otherLine`; `null`: unknown. */
  readonly value: string | null;
}
export type TraceDifferenceResponse =
  | { readonly changes: readonly TraceChange[]; readonly summary: string }
  | { readonly problem: string };

export const composeChoicesRequest = 'pagewalk/composeChoices';
export interface ComposeChoicesParams {
  /** File whose format, kernel and CPU facts come first; `null`: none. */
  readonly uri: string | null;
}
export interface ComposeChoices {
  readonly formats: readonly ComposeFormat[];
  /** What the file's tables are, where that is known. */
  readonly format: string | null;
  readonly kernel: string | null;
}
export interface ComposeFormat {
  readonly name: string;
  readonly title: string;
  /** Highest first; `level` as KVM counts. */
  readonly levels: readonly { readonly level: number; readonly title: string }[];
  /** Spans of kernels that lay the bits out alike, newest first; empty: no kernel matters. */
  readonly kernels: readonly { readonly layout: string; readonly title: string }[];
}

export const composeRequest = 'pagewalk/compose';
export interface ComposeParams {
  /** File whose CPU facts hold; `null`: those that are set in general. */
  readonly uri: string | null;
  readonly format: string;
  /** As KVM counts. */
  readonly level: number;
  readonly kernel?: string;
  readonly layout?: string;
  /** Kind of entry; left out: the first that has all the fields. */
  readonly shape?: string;
  /** An entry to start from, read for its fields. */
  readonly value?: string;
  /** Values by field name, `0x…`; they go before those of `value`. */
  readonly fields: Readonly<Record<string, string>>;
}
export interface ComposedField {
  readonly name: string;
  /** `51:12`, `11`. */
  readonly bits: string;
  /** Number of bits. */
  readonly width: number;
  readonly value: string;
  readonly meaning: string;
  /** The bits mean nothing: reserved or ignored. */
  readonly idle: boolean;
}
export interface Composed {
  readonly value: string;
  readonly shape: string;
  /** Kinds of entry there are at this place. */
  readonly shapes: readonly string[];
  /** Every bit once, highest first. */
  readonly fields: readonly ComposedField[];
  /** The decode in a few words. */
  readonly summary: string;
  /** The hover's own decode, Markdown. */
  readonly markdown: string;
}
export type ComposeResponse = { readonly composed: Composed } | { readonly problem: string };

export const geometryRequest = 'pagewalk/geometry';
/** arm64: the stage-2 layout for an IPA size. */
export interface GeometryParams {
  /** `4K`, `16K`, `64K`. */
  readonly granule: string;
  readonly ipaBits: number;
  /** `seed`, `v4.20` or `current`; left out: `current`. */
  readonly form?: string;
  /** The host has LPA2. */
  readonly lpa2?: boolean;
}
export type GeometryResponse =
  { readonly summary: string; readonly markdown: string } | { readonly problem: string };

export const accessChoicesRequest = 'pagewalk/accessChoices';
export type AccessChoicesParams = Omit<WalkParams, 'address'>;
/** What may be said about an access through these tables. */
export interface AccessChoices {
  readonly format: string | null;
  readonly options: readonly AccessChoice[];
}
export interface AccessChoice {
  /** As on the command line, without the dashes. */
  readonly name: string;
  readonly kind: 'flag' | 'word';
  readonly help: string;
  /** What counts where nothing is said about it. */
  readonly usuallyOn: boolean;
}

export const accessRequest = 'pagewalk/access';
export interface AccessParams extends WalkParams {
  readonly access: 'read' | 'write' | 'execute';
  /** Values by option name; a flag is true or false, a word hexadecimal. */
  readonly options: Readonly<Record<string, boolean | string>>;
}
export interface AccessReply {
  /** What was asked, in short: `write, user, cr0-wp`. */
  readonly question: string;
  /** `null`: cannot be told. */
  readonly allowed: boolean | null;
  /** One line: the answer. */
  readonly summary: string;
  /** Why, in one sentence. */
  readonly why: string;
  readonly fault: {
    readonly name: string;
    readonly value: string;
    /** The fault word decoded, Markdown. */
    readonly markdown: string;
  } | null;
  /** The entry that decides; `null`: none alone does. */
  readonly decidedBy: {
    readonly entryAddress: string;
    readonly bits: readonly number[];
    readonly why: string;
  } | null;
  /** Accessed and dirty flags that the CPU would write. */
  readonly sets: readonly {
    readonly entryAddress: string;
    readonly before: string;
    readonly after: string;
    /** One line: which flags, of which level. */
    readonly summary: string;
  }[];
}
export type AccessResponse =
  { readonly walk: WalkReply; readonly access: AccessReply } | { readonly problem: string };

export const commentLineRequest = 'pagewalk/commentLine';
export interface CommentLineParams {
  readonly uri: string;
  /** What the file's comment line is to say, by key; `null` takes a key out. */
  readonly values: Readonly<Record<string, string | null>>;
}
/** The change that makes it say so; `null`: it says so already, or the file is not open. */
export type CommentLineResponse = { readonly place: Place; readonly text: string } | null;

export const scenarioFromRequest = 'pagewalk/scenarioFrom';
/** Tables that a simulation is to begin with. */
export interface ScenarioFromParams {
  readonly uri: string;
  /** From 0: KVM's tables just after that line of a trace; left out: those of the file's dumps. */
  readonly line?: number;
}
/** A scenario's text, JSON. */
export type ScenarioFromResponse = { readonly text: string } | { readonly problem: string };

/** A VM whose nested huge pages are split: what the split cache does for it, before and after its fix. */
export interface SplitCachesParams {
  readonly splits: number;
  /** Descriptors that each split takes. */
  readonly used: number;
}

export type SplitCachesResponse = { readonly markdown: string } | { readonly problem: string };

export const splitCachesRequest = 'pagewalk/splitCaches';
