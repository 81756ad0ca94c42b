import { ept } from './ept';
import type { HardwareFormatName, PagingFormat } from './format';
import { npt } from './npt';
import { pae } from './pae';
import { x8632 } from './x86-32';
import { x8664 } from './x86-64';

/** Every hardware format by name; a new one is its own file and a line here. */
const formats: Readonly<Partial<Record<HardwareFormatName, PagingFormat>>> = {
  'x86-64': x8664,
  ept,
  npt,
  pae,
  'x86-32': x8632,
};

/** The hardware format of that name. */
export function hardwareFormat(name: HardwareFormatName): PagingFormat {
  const format = formats[name];
  if (!format) throw new Error(`the format ${name} is not registered`);
  return format;
}
