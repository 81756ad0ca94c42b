import { findLayout, type MemoryToSimulate } from '../../src-core/index';
import type { TableChoice } from '../table-choice';

type Tables = Pick<
  MemoryToSimulate,
  'memory' | 'format' | 'levels' | 'kernel' | 'cpu' | 'shape' | 'assumed'
>;

/** How chosen tables are read, with a kernel that stands for theirs; or why that cannot be told. */
export function tablesToSimulate(tables: TableChoice): Tables | { readonly problem: string } {
  const { memory, format, levels, hints, era, compiled } = tables;
  const layout = hints.layout ?? era?.layout;
  const kernel =
    hints.kernel ?? (layout === undefined ? undefined : findLayout(layout)?.represents);
  if (kernel === undefined) {
    return {
      problem:
        'The kernel is not known, and a machine needs one: say `kernel=6.1` in the comment line or in the settings.',
    };
  }
  return {
    memory,
    format: format.name,
    levels,
    kernel,
    cpu: hints.cpu,
    shape: { cpu: compiled.shape.cpu, addressBits: compiled.addressBits },
    assumed: tables.why === '' ? [] : [tables.why],
  };
}
