import type { CompiledFormat, Permissions } from '../paging/format';
import type { RangeBatch, RangeClass, RangeKind } from './range-batch';

/** A range of a map as people and JSON see it. */
export interface MapRange {
  readonly start: bigint;
  /** First address after the range: up to 2^64. */
  readonly end: bigint;
  /** Byte address its first page maps to; `null`: none, or several places. */
  readonly physical: bigint | null;
  /** Sizes of the pages in it, ascending. */
  readonly pageSizes: readonly number[];
  /** Effective over all levels; `null` unless mapped. */
  readonly permissions: Permissions | null;
  readonly kind: RangeKind;
}

/** The ranges of a batch; see `EnumerateOptions.onRanges`. */
export function mapRanges(
  batch: RangeBatch,
  classes: readonly RangeClass[],
  compiled: CompiledFormat,
): MapRange[] {
  return Array.from({ length: batch.count }, (_, index) => {
    const rights = classes[batch.rights[index]!]!;
    const physical = batch.physical[index]!;
    const levels = batch.levels[index]!;
    return {
      start: BigInt(batch.start[index]!) << 12n,
      end: BigInt(batch.end[index]!) << 12n,
      physical: physical < 0 ? null : BigInt(physical) << 12n,
      pageSizes: compiled.rules
        .filter(({ level }) => (levels >>> (level - 1)) & 1)
        .map(({ shift }) => 2 ** shift),
      permissions: rights.kind === 'mapped' ? permissionsOf(rights, compiled) : null,
      kind: rights.kind,
    };
  });
}

function permissionsOf(
  { andLo, andHi, orLo, orHi }: RangeClass,
  { format, shape }: CompiledFormat,
): Permissions {
  return format.permissions(andLo >>> 0, andHi >>> 0, orLo >>> 0, orHi >>> 0, shape.cpu);
}
