import { parseArgs, type ParseArgsConfig } from 'node:util';

/** 0: done, also when the answer is "not mapped". 1: the input makes no sense. 2: wrong usage. */
export type ExitStatus = 0 | 1 | 2;

/** Where a command reads and writes; tests put their own in its place. */
export interface CliIo {
  /** To standard output; resolves when more may be written. */
  write(text: string): Promise<void>;
  /** A line to standard error. */
  complain(line: string): void;
  /** A line that the next one overwrites, shown only when standard error is a terminal. */
  progress(text: string): void;
  stdin(): AsyncIterable<Uint8Array>;
}

/** One subcommand of `pagewalk`: a file in this folder and a line in the registry. */
export interface Command {
  readonly name: string;
  /** After the name: `[VALUE…] [options]`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The rest of `pagewalk NAME --help`. */
  readonly help: string;
  run(args: readonly string[], io: CliIo): Promise<ExitStatus>;
}

/** Ends a command with one line on standard error: what, where, what would help. */
export class CliProblem extends Error {
  constructor(
    message: string,
    readonly status: 1 | 2,
  ) {
    super(message);
  }
}

/** The input could not be read or makes no sense. */
export function inputProblem(message: string): CliProblem {
  return new CliProblem(message, 1);
}

/** The command line itself is wrong. */
export function usageProblem(message: string): CliProblem {
  return new CliProblem(message, 2);
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{
    args: string[];
    options: T;
    allowPositionals: true;
    allowNegative: true;
    strict: true;
  }>
>;

/** Options and positionals of a command. @throws CliProblem (2) for options it does not know. */
export function parseCommandLine<T extends Options>(
  args: readonly string[],
  options: T,
): Parsed<T> {
  try {
    return parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
    });
  } catch (error) {
    throw usageProblem(error instanceof Error ? error.message.split('\n')[0]! : String(error));
  }
}

/** A whole number of an option, decimal. @throws CliProblem (2) for anything else. */
export function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^-?[0-9]{1,4}$/.test(text)) throw usageProblem(`--${name} ${text}: a number is expected`);
  return Number.parseInt(text, 10);
}
