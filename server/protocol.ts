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
  /** Where the entry stands in the dump; `null` when it does not. */
  readonly place: Place | null;
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
  /** The command that would dump what is missing, per debugger; empty unless something is. */
  readonly dumpCommands: readonly { tool: string; command: string }[];
}

/** An answer, or a sentence that says what is wrong with the question. */
export type WalkResponse = { readonly walk: WalkReply } | { readonly problem: string };

export const decodeRequest = 'pagewalk/decode';
export interface DecodeParams {
  /** `0x…` or bare hexadecimal. */
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
}

/** Takes one `WalkCommandArguments`; without an address it asks for one. */
export const walkCommand = 'pagewalk.walkAddress';
export interface WalkCommandArguments {
  readonly uri?: string;
  readonly address?: string;
  readonly root?: string;
  readonly format?: string;
  readonly levels?: number;
}

/** Takes one `Place` and shows it in an editor. */
export const showPlaceCommand = 'pagewalk.showPlace';

/** Lets the reader choose format, kernel and root of the file in front; takes nothing. */
export const chooseAssumptionsCommand = 'pagewalk.chooseAssumptions';
