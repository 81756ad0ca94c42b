import { blockAllowed, descriptorType } from '../paging/arm64-fields';
import { granuleOf } from '../paging/arm64-granule';
import { regimeOf } from '../paging/arm64-regimes';
import type { CpuConfig } from '../paging/cpu';
import type { KvmStage2Row } from './arm64-kvm-rows';
import type { LinuxStage1Row } from './arm64-linux-rows';
import { kvmStage2Row, linuxStage1Row } from './arm64-software-bits';
import { readStage1 } from './arm64-stage1-reading';
import { readStage2 } from './arm64-stage2-reading';
import type { EntryPlace, FieldShape, ShapeProvider } from './field-shape';

/** A shape by a value that has it; `base` is what stays set when no field is. */
interface Sample {
  readonly name: string;
  readonly base: bigint;
  /** Left out: the base itself has the shape. */
  readonly probe?: bigint;
}

/** What the hardware knows at a level. Source: Arm ARM (DDI 0487) D8.3. */
function hardwareSamples(level: number, cpu: CpuConfig): Sample[] {
  if (level === 1) return [{ name: 'page', base: 3n }];
  const table = { name: 'table', base: 3n };
  return blockAllowed(level, cpu) ? [{ name: 'block', base: 1n }, table] : [table];
}

/** 01 where no block may stand, and the empty entry. */
function lastSamples(level: number, cpu: CpuConfig): Sample[] {
  const empty = { name: 'empty', base: 0n };
  return level > 1 && blockAllowed(level, cpu) ? [empty] : [{ name: 'reserved', base: 1n }, empty];
}

function annotationSamples({ annotation }: KvmStage2Row): Sample[] {
  switch (annotation.kind) {
    case 'none':
      return [];
    case 'owner':
      return [{ name: 'annotation', base: 0n, probe: 1n << BigInt(annotation.low) }];
    case 'typed':
      return [
        { name: 'donated-to-guest', base: (2n << 60n) | (2n << 1n) },
        { name: 'donated', base: (2n << 60n) | (1n << 1n) },
        { name: 'annotation', base: 1n << 60n },
      ];
  }
}

function linuxSamples(row: LinuxStage1Row): Sample[] {
  const swap = { name: 'swap', base: 0n, probe: 1n << BigInt(row.swap.offset[1]) };
  const mark = row.presentInvalid;
  const invalid = mark === null ? [] : [{ name: 'present_invalid', base: 1n << BigInt(mark.bit) }];
  const none = { name: 'prot_none', base: 1n << 58n };
  return [
    swap,
    ...(row.bit58 === 'prot-none-if-invalid' ? [none] : []),
    ...invalid,
    { name: 'valid_bit_cleared', base: 2n },
  ];
}

function samplesOf({ format, level, kernel, layout, cpu = {} }: EntryPlace): Sample[] | undefined {
  if (format === 'arm64-s2') {
    const row = kvmStage2Row(kernel, layout)?.row;
    return row && annotationSamples(row);
  }
  if (regimeOf(cpu.regime).software !== 'linux') return [];
  const row = linuxStage1Row(kernel, layout)?.row;
  const samples = row && linuxSamples(row);
  const hasBlock = level === 1 || blockAllowed(level, cpu);
  return hasBlock ? samples : samples && [];
}

/**
 * The shapes an arm64 entry can have: those the hardware knows, then what KVM or Linux writes into
 * invalid entries.
 */
export const arm64Shapes: ShapeProvider = (place) => {
  const { format, level, kernel, layout, cpu = {} } = place;
  const granule = granuleOf(cpu);
  if (level > granule.mostLevels) {
    return { problem: `the ${granule.name} granule has no level ${level}` };
  }
  const software = samplesOf(place);
  if (!software) {
    return {
      problem: `neither '${layout ?? ''}' nor '${kernel ?? ''}' names a layout of ${format}`,
    };
  }
  const samples = [...hardwareSamples(level, cpu), ...software, ...lastSamples(level, cpu)];
  const read = format === 'arm64-s2' ? readStage2 : readStage1;
  return samples.flatMap(({ name, base, probe = base }): FieldShape[] => {
    const type = descriptorType(probe, level, cpu);
    const reading = read({ value: probe, type, level, cpu, kernel, layout });
    return reading ? [{ name, base, fields: reading.fields }] : [];
  });
};
