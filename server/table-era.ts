import {
  type CompiledFormat,
  type CpuConfig,
  type EntryFormatName,
  eras,
  fingerprintEras,
  type FrameStore,
  isKvmX86Format,
  type TableTree,
} from '../src-core/index';
import type { Ground } from './ask-entry';

/** Which kernels can have written a tree of tables. */
export interface TableEra {
  /** The layout to read its entries by. */
  readonly layout: string;
  /** All layouts that explain the entries as well; more than one: the kernel is not certain. */
  readonly candidates: readonly string[];
  /** All those kernels: `v5.13 – v6.9`. */
  readonly kernels: string;
  readonly ground: Ground;
}

/** More entries than that add nothing to what the first ones tell. */
const sampleSize = 0x1_0000;

/**
 * The kernel from the bits of all entries a root reaches. `undefined`: the format knows no kernels,
 * or the bits rule none out.
 */
export function eraOfTables(
  memory: FrameStore,
  tree: TableTree,
  compiled: CompiledFormat,
  format: EntryFormatName,
  cpu: CpuConfig,
): TableEra | undefined {
  if (!isKvmX86Format(format)) return undefined;
  const sample = sampleEntries(memory, tree, compiled);
  const { fitting, span, evidence } = fingerprintEras({ format, cpu, ...sample });
  const newest = fitting.at(-1);
  if (!newest || fitting.length === eras.length) return undefined;
  const era = fitting.findLast(({ caveat }) => caveat === null) ?? newest;
  const readAs = fitting.length > 1 ? `, read as ${era.span}` : '';
  const because = evidence.length > 0 ? ` (${evidence[0]!})` : '';
  return {
    layout: era.name,
    candidates: fitting.map(({ name }) => name),
    kernels: span,
    ground: { basis: 'detected', why: `kernel ${span} from the tables' bits${because}${readAs}` },
  };
}

function sampleEntries(
  memory: FrameStore,
  tree: TableTree,
  compiled: CompiledFormat,
): { lo: Uint32Array; hi: Uint32Array; level: Uint8Array } {
  const lo = new Uint32Array(sampleSize);
  const hi = new Uint32Array(sampleSize);
  const level = new Uint8Array(sampleSize);
  let count = 0;
  for (const table of tree.byAddress.values()) {
    const entries = 2 ** compiled.rules[table.level - 1]!.indexBits;
    for (let index = 0; index < entries && count < sampleSize; index++) {
      const address = table.address + index * compiled.entryBytes;
      const slot = memory.slotOf(Math.floor(address / 4096));
      const half = (address % 4096) >>> 2;
      if (slot < 0 || !memory.isKnown(slot, half, 2)) continue;
      lo[count] = memory.half(slot, half);
      hi[count] = memory.half(slot, half + 1);
      level[count++] = table.level;
    }
  }
  return {
    lo: lo.subarray(0, count),
    hi: hi.subarray(0, count),
    level: level.subarray(0, count),
  };
}
