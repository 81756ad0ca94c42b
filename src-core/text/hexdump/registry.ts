import { crashRd } from './crash-rd';
import type { DumpDialect } from './dialect';
import { gdbX } from './gdb-x';
import { hexdumpCanonical } from './hexdump-canonical';
import { hexdumpWords } from './hexdump-words';
import { kernelHexDump } from './kernel-hex-dump';
import { odHex, odOctal } from './od';
import { qemuXp } from './qemu-xp';
import { ubootMd } from './uboot-md';
import { windbg } from './windbg';
import { xxd, xxdGrouped, xxdLittleEndian } from './xxd';

/**
 * Every dialect; a new one is its own file and a line here. The first that accepts a line has it, so
 * the stricter stands before the laxer, and what scans a line stands last.
 */
export const dumpDialects: readonly DumpDialect[] = [
  qemuXp,
  gdbX,
  hexdumpCanonical,
  crashRd,
  ubootMd,
  xxd,
  xxdLittleEndian,
  xxdGrouped,
  windbg,
  odOctal,
  hexdumpWords,
  odHex,
  kernelHexDump,
];
