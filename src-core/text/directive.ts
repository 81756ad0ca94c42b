import { type CpuConfig, cpuConfigKeys, parseCpuConfig } from '../paging/cpu';
import { type EntryFormat, findEntryFormat } from '../paging/entry-format';
import { parseWord } from '../word';
import { type AddressBase, AddressMap } from './address-map';
import {
  type DirectiveRegister,
  directiveRegisters,
  type RegisterValues,
} from './directive-registers';

/** What is wrong with a comment line, and where; columns from 0. */
export interface DirectiveProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** What a comment line `pagewalk: …` says about its file. */
export interface Directive extends AddressBase {
  readonly format?: EntryFormat;
  readonly kernel?: string;
  readonly layout?: string;
  /** Byte address of the root, or a whole CR3 or EPTP value. */
  readonly root?: bigint;
  /** Number of levels: the root's level. */
  readonly level?: number;
  /**
   * Root of a second dimension, as a whole EPTP or nCR3 too: `root` and `format` are then a guest's
   * own, and its tables' addresses go through this one.
   */
  readonly second?: bigint;
  readonly secondFormat?: EntryFormat;
  readonly secondLevel?: number;
  readonly registers?: RegisterValues;
  readonly config: CpuConfig;
}

export interface ParsedDirective {
  readonly directive: Directive;
  readonly problems: readonly DirectiveProblem[];
  /** Where `pagewalk:` stands. */
  readonly start: number;
  readonly end: number;
}

type Mutable = { -readonly [Key in keyof Directive]: Directive[Key] };

/** Sets what a value says; returns the problem, or nothing. */
type Setter = (directive: Mutable, value: string) => string | undefined;

/** Keys besides those of the CPU. */
const setters: Readonly<Record<string, Setter>> = {
  format: (directive, value) => {
    const format = findEntryFormat(value);
    if (!format) return `there is no format '${value}'`;
    directive.format = format;
    return undefined;
  },
  kernel: (directive, value) => {
    if (!/^v?[0-9]+\.[0-9]/.test(value)) return `'${value}' is no kernel version`;
    directive.kernel = value;
    return undefined;
  },
  layout: (directive, value) => {
    directive.layout = value;
    return undefined;
  },
  root: (directive, value) => {
    const root = parseWord(value);
    if (root === undefined) return `'${value}' is no address`;
    directive.root = root;
    return undefined;
  },
  level: (directive, value) => {
    if (!/^[1-6]$/.test(value)) return `'${value}' is no number of levels (1 to 6)`;
    directive.level = Number(value);
    return undefined;
  },
  base: addressSetter('base'),
  virtual: addressSetter('virtual'),
  second: addressSetter('second'),
  'second-format': (directive, value) => {
    const format = findEntryFormat(value);
    if (!format) return `there is no format '${value}'`;
    directive.secondFormat = format;
    return undefined;
  },
  'second-level': (directive, value) => {
    if (!/^[1-6]$/.test(value)) return `'${value}' is no number of levels (1 to 6)`;
    directive.secondLevel = Number(value);
    return undefined;
  },
  ...Object.fromEntries(directiveRegisters.map((name) => [name, registerSetter(name)])),
};

/** A key whose value is an address. */
function addressSetter(key: 'base' | 'virtual' | 'second'): Setter {
  return (directive, value) => {
    const address = parseWord(value);
    if (address === undefined) return `'${value}' is no address`;
    directive[key] = address;
    return undefined;
  };
}

/** A key whose value is a register's. */
function registerSetter(name: DirectiveRegister): Setter {
  return (directive, value) => {
    const word = parseWord(value);
    if (word === undefined) return `'${value}' is no 64-bit hexadecimal value`;
    directive.registers = { ...directive.registers, [name]: word };
    return undefined;
  };
}

const aliases: Readonly<Record<string, string>> = {
  levels: 'level',
  'second-levels': 'second-level',
};

/** Keys a comment line may hold. */
export const directiveKeys: readonly string[] = [
  ...Object.keys(setters),
  ...Object.keys(cpuConfigKeys),
];

/** Behind nothing, or behind the marks that begin a comment or a quoted line. */
const opening = /^[\s>|]*(?:#+|\/\/+|;+|--|\/\*|<!--|%)?\s*pagewalk:/;
const pair = /([^\s=]+)=("[^"]*"|\S*)|\S+/g;

/** A line's comment for Pagewalk; `undefined`: it holds none. */
export function parseDirective(line: string): ParsedDirective | undefined {
  const head = opening.exec(line)?.[0];
  if (head === undefined) return undefined;
  const directive: Mutable = { config: {} };
  const problems: DirectiveProblem[] = [];
  for (const match of line.slice(head.length).matchAll(pair)) {
    const start = head.length + match.index;
    const end = start + match[0].length;
    if (/^(\*\/|-->)$/.test(match[0])) continue;
    const problem =
      match[1] === undefined
        ? `'${match[0]}' is no KEY=VALUE`
        : set(directive, match[1].toLowerCase(), match[2]!.replace(/^"|"$/g, ''));
    if (problem !== undefined) problems.push({ message: problem, start, end });
  }
  const end = head.length;
  return { directive, problems, start: end - 'pagewalk:'.length, end };
}

function set(directive: Mutable, name: string, value: string): string | undefined {
  const key = aliases[name] ?? name;
  const setter = Object.hasOwn(setters, key) ? setters[key] : undefined;
  if (setter) return setter(directive, value);
  if (!Object.hasOwn(cpuConfigKeys, key)) return `there is no key '${name}'`;
  const { config, problems } = parseCpuConfig({ [key]: value });
  directive.config = { ...directive.config, ...config };
  return problems[0];
}

/** Several comment lines as one: the later counts. */
export function mergeDirectives(directives: readonly Directive[]): Directive {
  return directives.reduce(
    (merged, next) => ({
      ...merged,
      ...next,
      config: { ...merged.config, ...next.config },
      ...((merged.registers ?? next.registers) && {
        registers: { ...merged.registers, ...next.registers },
      }),
    }),
    { config: {} },
  );
}

/** What a comment line states about the addresses below it; `undefined`: nothing. */
export function addressMapOf({ base, virtual }: AddressBase): AddressMap | undefined {
  if (base === undefined && virtual === undefined) return undefined;
  return new AddressMap({
    ...(base !== undefined && { base }),
    ...(virtual !== undefined && { virtual }),
  });
}
