import type { CpuConfig } from '../paging/cpu';
import type { Basis, DecodedEntry } from '../paging/decoded-entry';
import { readFields } from '../paging/entry-fields';
import type { Permissions } from '../paging/format';
import { entryPermissions } from '../paging/level-rule';
import { bitMask, highHalf, lowHalf } from '../word';
import type { EraRow } from './era-row';
import { l1tfFromBits } from './l1tf-guess';
import { type KernelVersion, parseKernelVersion } from './kernel-version';
import { frameNumber } from './spte';
import { pageSizeOf, spteFacts, sptePredicates } from './spte-facts';
import { spteContext, type SpteShape } from './spte-context';
import { cpuAsUsed } from './spte-fields';
import { spteFindings } from './spte-findings';
import type { KvmFormatName } from './spte-masks';
import { readSpte, type SpteReading } from './spte-reading';

/** An entry KVM wrote, its layout known. */
export interface SpteQuestion {
  readonly value: bigint;
  readonly format: KvmFormatName;
  readonly level: number;
  readonly era: EraRow;
  /** Version text as asked; `null`: only the layout is known. */
  readonly kernel: string | null;
  readonly cpu: CpuConfig;
  readonly basis: Basis;
}

/** The shape of an entry as read. */
export function shapeOf(reading: SpteReading): SpteShape {
  switch (reading.kind) {
    case 'leaf':
    case 'table':
      return reading.shape;
    case 'mmio':
      return 'mmio';
    case 'removed':
    case 'frozen':
    case 'disconnected':
      return 'constant';
    default:
      return reading.hardwareKind === 'none' ? 'absent' : reading.shape;
  }
}

/** The kernel whose checks apply: the one asked for, else the layout's own. */
function kernelOf(question: SpteQuestion): KernelVersion {
  const asked = question.kernel === null ? undefined : parseKernelVersion(question.kernel);
  return asked ?? parseKernelVersion(question.era.represents)!;
}

function usedByCpu({ kind, hardwareKind }: SpteReading): boolean {
  if (kind === 'leaf' || kind === 'table') return true;
  return kind === 'not-present' && (hardwareKind === 'leaf' || hardwareKind === 'table');
}

function addressOf(reading: SpteReading): bigint | null {
  if (!usedByCpu(reading)) return null;
  const address = frameNumber(reading.masks, reading.value) << 12n;
  const leaf = reading.kind === 'leaf' || (reading.kind !== 'table' && reading.shape === 'leaf');
  return leaf ? address & ~bitMask(12 + 9 * (reading.level - 1) - 1, 0) : address;
}

function permissionsOf(reading: SpteReading): Permissions | null {
  if (!usedByCpu(reading)) return null;
  const lo = lowHalf(reading.value);
  const hi = highHalf(reading.value);
  const cpu = cpuAsUsed(reading.masks, reading.cpu);
  return entryPermissions(reading.hardware, reading.rule, lo, hi, cpu);
}

/** Decodes an entry of one of KVM's own tables. */
export function decodeSpte(question: SpteQuestion): DecodedEntry {
  const { value, format, level, era } = question;
  const { cpu, findings } = l1tfFromBits(format, era, question.cpu, value);
  const reading = readSpte(spteContext(era, format, level, cpu), value);
  const kernel = kernelOf(question);
  return {
    value,
    format,
    level,
    kernel: question.kernel,
    layout: era.name,
    basis: question.basis,
    kind: reading.kind,
    pageSize: reading.kind === 'leaf' ? pageSizeOf(level) : null,
    address: addressOf(reading),
    permissions: permissionsOf(reading),
    facts: spteFacts(reading, kernel),
    predicates: sptePredicates(reading),
    fields: readFields(reading.fields(shapeOf(reading)), value),
    findings: [...findings, ...spteFindings(reading, kernel)],
  };
}
