import { compareKernelVersions, parseKernelVersion } from './kernel-version';

/** What a fault status code says. */
export interface FaultStatus {
  readonly fault: string;
  /** The architecture's number; `null`: the code has none. */
  readonly level: number | null;
  /** What Linux prints behind `FSC = 0x..:`. */
  readonly kernelText: string;
}

interface Family {
  readonly fault: string;
  /** Left out: Linux has no text for it. */
  readonly kernelText?: (level: number) => string;
  /** Code of level 0; the next three are levels 1 to 3. */
  readonly base: number;
  /** Codes of levels above 0. */
  readonly higher?: Readonly<Record<number, number>>;
  /** Codes that Linux 6.1 still prints as `unknown N`. */
  readonly unknownIn61?: readonly number[];
}

const external = (level: number): string => `level ${level} (translation table walk)`;
const parity = (level: number): string =>
  `level ${level} synchronous parity error (translation table walk)`;

/** Source: Arm ARM (DDI 0487) ESR_EL2, DFSC; texts: Linux 6.12 `mm/fault.c`. */
const families: readonly Family[] = [
  {
    fault: 'address size',
    base: 0x00,
    higher: { 0x29: -1, 0x2c: -2 },
    unknownIn61: [0x29],
    kernelText: (level) =>
      level === 0 ? 'ttbr address size fault' : `level ${level} address size fault`,
  },
  {
    fault: 'translation',
    base: 0x04,
    higher: { 0x2b: -1, 0x2a: -2 },
    unknownIn61: [0x2b],
    kernelText: (level) => `level ${level} translation fault`,
  },
  {
    fault: 'access flag',
    base: 0x08,
    unknownIn61: [0x08],
    kernelText: (level) => `level ${level} access flag fault`,
  },
  {
    fault: 'permission',
    base: 0x0c,
    unknownIn61: [0x0c],
    kernelText: (level) => `level ${level} permission fault`,
  },
  {
    fault: 'external abort on a table walk',
    base: 0x14,
    higher: { 0x13: -1 },
    unknownIn61: [0x13],
    kernelText: external,
  },
  {
    fault: 'parity or ECC error on a table walk',
    base: 0x1c,
    higher: { 0x1b: -1 },
    unknownIn61: [0x1b],
    kernelText: parity,
  },
  {
    fault: 'granule protection on a table walk',
    base: 0x24,
    higher: { 0x23: -1 },
  },
];

/** Codes without a level: the fault, and what Linux prints where it has a text. */
const singles: Readonly<Record<number, readonly [fault: string, kernelText?: string]>> = {
  0x10: ['external abort', 'synchronous external abort'],
  0x11: ['tag check', 'synchronous tag check fault'],
  0x18: ['parity or ECC error', 'synchronous parity or ECC error'],
  0x21: ['alignment', 'alignment fault'],
  0x28: ['granule protection'],
  0x30: ['TLB conflict', 'TLB conflict abort'],
  0x31: ['unsupported atomic hardware update', 'Unsupported atomic hardware update fault'],
  0x34: ['lockdown', 'implementation fault (lockdown abort)'],
  0x35: ['unsupported exclusive or atomic', 'implementation fault (unsupported exclusive)'],
};

/** Kernels before this one print some codes as unknown: 6.1 does, 6.12 does not. */
const namesEverything = parseKernelVersion('6.12')!;

function inFamily(code: number): { family: Family; level: number } | undefined {
  for (const family of families) {
    if (code >= family.base && code < family.base + 4) return { family, level: code - family.base };
    const level = family.higher?.[code];
    if (level !== undefined) return { family, level };
  }
  return undefined;
}

/**
 * A fault status code (ISS bits 5:0), with the text the given kernel prints for it; 6.12 and later
 * where none is given.
 */
export function faultStatus(code: number, kernel?: string): FaultStatus {
  const unknown = `unknown ${code}`;
  const found = inFamily(code);
  if (!found) {
    const single = singles[code];
    return { fault: single?.[0] ?? 'reserved', level: null, kernelText: single?.[1] ?? unknown };
  }
  const { family, level } = found;
  const version = kernel === undefined ? undefined : parseKernelVersion(kernel);
  const old = version !== undefined && compareKernelVersions(version, namesEverything) < 0;
  const unnamed = old && family.unknownIn61?.includes(code) === true;
  const kernelText = unnamed ? unknown : (family.kernelText?.(level) ?? unknown);
  return { fault: family.fault, level, kernelText };
}
