import type { CpuConfig } from '../paging/cpu';
import { findEntryFormat } from '../paging/entry-format';
import type { FieldSpec, LevelRule, PagingFormat } from '../paging/format';
import { ruleOfLevel } from '../paging/level-rule';
import { hardwareFormat } from '../paging/registry';
import type { EraRow } from './era-row';
import { mmioSpteFields } from './mmio-fields';
import { absentSpteFields, constantField, cpuAsUsed, presentSpteFields } from './spte-fields';
import { type KvmFormatName, type SpteMasks, spteMasks } from './spte-masks';

/** The layouts an entry's bits can have: which fields it is made of. */
export type SpteShape = 'leaf' | 'table' | 'mmio' | 'absent' | 'constant';

/** Where entries stand: all that can be worked out before their bits are known. */
export interface SpteContext {
  readonly masks: SpteMasks;
  readonly cpu: CpuConfig;
  readonly hardware: PagingFormat;
  readonly level: number;
  /** What the CPU does with an entry of this level, as KVM uses it. */
  readonly rule: LevelRule;
  /** The fields of a shape. */
  readonly fields: (shape: SpteShape) => readonly FieldSpec[];
}

function fieldsOf(
  masks: SpteMasks,
  hardware: PagingFormat,
  level: number,
  cpu: CpuConfig,
  shape: SpteShape,
): FieldSpec[] {
  switch (shape) {
    case 'mmio':
      return mmioSpteFields(masks);
    case 'constant':
      return constantField(masks);
    case 'absent':
      return absentSpteFields(masks, hardware, level, cpu);
    case 'leaf':
    case 'table':
      return presentSpteFields(masks, hardware, shape, level, cpu);
  }
}

function makeContext(
  era: EraRow,
  format: KvmFormatName,
  level: number,
  cpu: CpuConfig,
): SpteContext {
  const masks = spteMasks(era, format, cpu);
  const hardware = hardwareFormat(findEntryFormat(format)!.hardware);
  const levels = Math.max(level, hardware.levelCounts[0]!);
  const compiled = hardware.compile({ levels, cpu: cpuAsUsed(masks, cpu) });
  const known = new Map<SpteShape, readonly FieldSpec[]>();
  return {
    masks,
    cpu,
    hardware,
    level,
    rule: ruleOfLevel(compiled, level)!,
    fields: (shape) => {
      const specs = known.get(shape) ?? fieldsOf(masks, hardware, level, cpu, shape);
      known.set(shape, specs);
      return specs;
    },
  };
}

/** Contexts live as long as the CPU's facts they were made from: a file asks for the same few again and again. */
const contexts = new WeakMap<CpuConfig, Map<string, SpteContext>>();

/** The context of one era, format, level and CPU. */
export function spteContext(
  era: EraRow,
  format: KvmFormatName,
  level: number,
  cpu: CpuConfig,
): SpteContext {
  const known = contexts.get(cpu) ?? new Map<string, SpteContext>();
  contexts.set(cpu, known);
  const key = `${era.name} ${format} ${level}`;
  const context = known.get(key) ?? makeContext(era, format, level, cpu);
  known.set(key, context);
  return context;
}
