import type { CpuConfig } from '../paging/cpu';
import { findEntryFormat } from '../paging/entry-format';
import type { HardwareFormatName, LevelRule } from '../paging/format';
import { ruleOfLevel } from '../paging/level-rule';
import { hardwareFormat } from '../paging/registry';
import { chooseEra, usualEra } from './decode-basis';
import type { FieldShape, ShapeProvider } from './field-shape';
import { type GuestFormatName, guestFieldSpecs } from './hardware-decode';
import { hostVariants } from './l1tf-guess';
import { spteContext, type SpteShape } from './spte-context';
import { type KvmFormatName, spteMasks } from './spte-masks';

function ruleAt(name: HardwareFormatName, level: number, cpu: CpuConfig): LevelRule {
  const hardware = hardwareFormat(name);
  const levels = Math.max(level, hardware.levelCounts[0]!);
  return ruleOfLevel(hardware.compile({ levels, cpu }), level)!;
}

/** Shapes that the CPU tells apart at a level. */
function usedShapes({ leafMask, leafValue }: LevelRule): ('leaf' | 'table')[] {
  if (leafMask !== 0) return ['leaf', 'table'];
  return leafValue === 0 ? ['leaf'] : ['table'];
}

/** Shapes of one of KVM's own formats. Without a kernel: those of the newest layout beyond doubt. */
export function kvmShapes(format: KvmFormatName): ShapeProvider {
  return ({ level, kernel, layout, cpu = {} }) => {
    const named = kernel === undefined && layout === undefined ? usualEra.name : layout;
    const choice = chooseEra(
      {
        value: 0n,
        format,
        level,
        ...(kernel === undefined ? {} : { kernel }),
        ...(named === undefined ? {} : { layout: named }),
      },
      format,
    );
    if ('problem' in choice) return choice;
    const { era } = choice;
    const shape = (name: SpteShape, base: bigint, host: CpuConfig): FieldShape => ({
      name,
      fields: spteContext(era, format, level, host).fields(name),
      base,
    });
    return [
      ...usedShapes(spteContext(era, format, level, cpu).rule).map((name) => shape(name, 0n, cpu)),
      ...hostVariants(format, era, cpu).map((host) => {
        const masks = spteMasks(era, format, host);
        return shape('mmio', masks.mmio.written | masks.l1tf, host);
      }),
      shape('absent', 0n, cpu),
      shape('constant', era.parked?.value ?? 0n, cpu),
    ];
  };
}

/** Shapes of a format that only the CPU defines. */
export function guestShapes(format: GuestFormatName): ShapeProvider {
  const { hardware } = findEntryFormat(format)!;
  return ({ level, cpu = {} }): FieldShape[] =>
    [...usedShapes(ruleAt(hardware, level, cpu)), 'absent' as const].map((name) => ({
      name,
      fields: guestFieldSpecs(format, name, level, cpu),
      base: 0n,
    }));
}
