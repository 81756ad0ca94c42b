import { arm64Stage1 } from './arm64-stage1';
import { arm64Stage2 } from './arm64-stage2';
import { ept } from './ept';
import type { HardwareFormatName, PagingFormat } from './format';
import { npt } from './npt';
import { pae } from './pae';
import { x8632 } from './x86-32';
import { x8664 } from './x86-64';

/** Every hardware format by name; a new one is its own file and a line here. */
const formats: Readonly<Record<HardwareFormatName, PagingFormat>> = {
  'x86-64': x8664,
  ept,
  npt,
  pae,
  'x86-32': x8632,
  'arm64-stage1': arm64Stage1,
  'arm64-stage2': arm64Stage2,
};

/** The hardware format of that name. */
export function hardwareFormat(name: HardwareFormatName): PagingFormat {
  return formats[name];
}
