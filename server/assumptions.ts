import { formatWord } from '../src-core/index';
import type { FileView } from './file-view';
import type { FileAssumptions } from './protocol';

/** What is assumed for a file, for a status line and for choosing otherwise. */
export function fileAssumptions(view: FileView): FileAssumptions {
  const { hints, tables, trace } = view;
  const kernel = hints.layout ?? hints.kernel;
  if (!('problem' in tables)) {
    return {
      format: tables.format.name,
      formatBasis: tables.formatGround.basis,
      kernel: kernel ?? tables.era?.kernels ?? null,
      kernelBasis: kernel === undefined ? (tables.era ? 'detected' : 'assumed') : 'given',
      root: formatWord(tables.root),
      rootBasis: tables.rootGround.basis,
      levels: tables.levels,
      why: tables.why,
    };
  }
  const format = hints.format?.name ?? trace.format;
  const grounds = [
    hints.formatGround ?? trace.formatGround,
    hints.kernelGround ?? trace.era?.ground,
  ];
  const why = grounds.flatMap((ground) => (ground ? [ground.why] : [])).join('; ');
  return {
    format: format ?? null,
    formatBasis: hints.format ? 'given' : trace.format ? 'detected' : 'assumed',
    kernel: kernel ?? trace.era?.kernels ?? null,
    kernelBasis: kernel !== undefined ? 'given' : trace.era ? 'detected' : 'assumed',
    root: null,
    rootBasis: 'assumed',
    levels: null,
    why: why === '' ? tables.problem : `${why}.`,
  };
}
