import type { DumpDialect } from './dialect';
import { gdbX } from './gdb-x';
import { qemuXp } from './qemu-xp';

/** Every dialect, the most frequent first; a new one is its own file and a line here. */
export const dumpDialects: readonly DumpDialect[] = [qemuXp, gdbX];
