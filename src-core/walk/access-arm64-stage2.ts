import { architectureLevel } from '../paging/arm64-granule';
import { stage2Permissions } from '../paging/arm64-stage2';
import type { CompiledFormat } from '../paging/format';
import type { Access, DecidedBy } from './access-answer';
import type { PathEntry } from './access-path';
import { decidedBy } from './access-path';

const readBit = 1n << 6n;
const writeBit = 1n << 7n;
const executeNeverBits = 3n << 53n;

/**
 * The right a stage-2 access misses; `undefined` where it may go on. Only the leaf has rights. A
 * walk of stage 1 reads its tables through stage 2, and writes where it sets flags in them.
 * Source: Arm ARM (DDI 0487) D8.4.2; QEMU `get_S2prot()`.
 */
export function stage2Refusal(
  _entries: readonly PathEntry[],
  leaf: PathEntry,
  access: Access,
  compiled: CompiledFormat,
): DecidedBy | undefined {
  const rights = stage2Permissions(leaf.entry, compiled.shape.cpu);
  const at = `level ${architectureLevel(leaf.level)}`;
  const data = access.type !== 'execute' || access.guestTable === true;
  if (!data) {
    const may = access.user === true ? rights.userExecute : rights.execute;
    if (may === true) return undefined;
    const who = access.user === true ? 'EL0' : 'EL1';
    return decidedBy(leaf, executeNeverBits, `XN: ${who} may not execute at ${at}`);
  }
  const reads = access.type !== 'write' || access.guestTable === true;
  if (reads && !rights.read) return decidedBy(leaf, readBit, `S2AP[0] is 0 at ${at}: no reads`);
  if (access.type === 'write' && !rights.write) {
    return decidedBy(leaf, writeBit, `S2AP[1] is 0 at ${at}: no writes`);
  }
  return undefined;
}
