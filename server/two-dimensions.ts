import {
  type Detection,
  type Dimension,
  findEntryFormat,
  type NestedWalk,
  translateNested,
  type WalkResult,
} from '../src-core/index';
import { tablesOfRegisters } from './register-tables';
import { chooseTables, type TableChoice, type TableHints } from './table-choice';

/** A guest's own tables and those under them: every read of the first goes through the second. */
export interface TwoDimensions {
  readonly first: TableChoice;
  readonly second: TableChoice;
}

type Problem = { readonly problem: string };

/** What is said of the tables under a guest's own. */
export type SecondHints = Pick<TableHints, 'format' | 'levels'> & { readonly root: bigint };

export function dimensionOf({ compiled, root, mmio }: TableChoice): Dimension {
  return { compiled, root, ...(mmio && { options: { mmio } }) };
}

/** Whether a walk went through two dimensions. */
export function isNested(walk: WalkResult): walk is NestedWalk {
  return 'intermediate' in walk;
}

export function walkBoth({ first, second }: TwoDimensions, address: bigint): NestedWalk {
  return translateNested(second.memory, dimensionOf(first), dimensionOf(second), address);
}

/**
 * Both dimensions from what is said of them: the guest's root is no address of this memory, so there
 * is nothing to detect of it.
 * @param detect asked for what is not said of the second dimension
 */
export function chooseDimensions(
  memory: TableChoice['memory'],
  guest: TableHints,
  second: SecondHints,
  detect: (hints: TableHints) => Detection,
): TwoDimensions | Problem {
  if (guest.root === undefined)
    return { problem: 'A second dimension needs the guest’s own root.' };
  const { cpu, kernel, layout, kernelGround } = guest;
  const host: TableHints = {
    cpu,
    ...second,
    ...(kernel !== undefined && { kernel }),
    ...(layout !== undefined && { layout }),
    ...(kernelGround && { kernelGround }),
  };
  const format = guest.format ?? findEntryFormat('guest64')!;
  const outer = chooseTables(memory, { ...guest, format }, () => ({ roots: [] }));
  if ('problem' in outer) return outer;
  const inner = chooseTables(memory, host, () => detect(host));
  return 'problem' in inner ? inner : { first: outer, second: inner };
}

/** What arm64's registers set up: one stage, or both. */
export function tablesOrDimensions(
  memory: TableChoice['memory'],
  values: Parameters<typeof tablesOfRegisters>[2],
  given: Parameters<typeof tablesOfRegisters>[3],
): TableChoice | TwoDimensions | Problem | undefined {
  const first = tablesOfRegisters(memory, 'stage1', values, given);
  if (first && 'problem' in first) return first;
  const second = tablesOfRegisters(memory, 'stage2', values, given);
  if (second && 'problem' in second) return second;
  return first && second ? { first, second } : (first ?? second);
}
