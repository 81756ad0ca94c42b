import {
  findEntryFormat,
  type FrameStore,
  hardwareFormat,
  type RegisterValues,
  stage1Walk,
  stage2Walk,
} from '../src-core/index';
import { TableChoice, type TableHints } from './table-choice';

export type TranslationStage = 'stage1' | 'stage2';

/** The two registers without which a stage cannot be walked. */
export const stageRegisters = {
  stage1: { base: 'ttbr', control: 'tcr' },
  stage2: { base: 'vttbr', control: 'vtcr' },
} as const;

/** What is said of arm64's registers. */
export interface NamedRegisters extends RegisterValues {
  readonly mair?: bigint;
  readonly regime?: string;
  readonly half?: 'low' | 'high';
}

/**
 * The tables that arm64's registers set up.
 * @returns `undefined`: they are not named; a sentence where they set up none
 */
export function tablesOfRegisters(
  memory: FrameStore,
  stage: TranslationStage,
  values: NamedRegisters,
  given: Pick<TableHints, 'cpu' | 'kernel'>,
): TableChoice | { readonly problem: string } | undefined {
  const { base, control } = stageRegisters[stage];
  const [root, setup] = [values[base], values[control]];
  if (root === undefined && setup === undefined) return undefined;
  if (root === undefined || setup === undefined)
    return { problem: `${base} and ${control} go together.` };
  const { mair, regime, half = 'low', hcr } = values;
  const walk =
    stage === 'stage1'
      ? stage1Walk({
          ttbr: root,
          tcr: setup,
          half,
          ...(mair !== undefined && { mair }),
          ...(regime !== undefined && { regime }),
        })
      : stage2Walk({ vttbr: root, vtcr: setup, ...(hcr !== undefined && { hcr }) });
  if ('problem' in walk) return walk;
  const format = findEntryFormat(walk.format)!;
  const shape = { ...walk.shape, cpu: { ...walk.shape.cpu, ...given.cpu } };
  const compiled = hardwareFormat(format.hardware).compile(shape);
  const ground = { basis: 'given', why: `${format.title} from ${base.toUpperCase()}` } as const;
  const hints = { ...given, cpu: shape.cpu };
  const named = { basis: 'given', why: '' } as const;
  return new TableChoice(memory, format, compiled, walk.root, hints, ground, named);
}
