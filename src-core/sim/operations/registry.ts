import { access } from './access';
import { age, testAge } from './age';
import { clearDirtyLog } from './clear-dirty-log';
import { collapse } from './collapse';
import { fault } from './fault';
import { hostChange } from './host-change';
import { dirtyLog, memslotsUpdated, setGeneration } from './memslots';
import type { Operation } from './operation';
import { recoverNx } from './recover-nx';
import { split } from './split';
import { writeEntryByHand } from './write-entry';
import { clearDirty, writeProtect } from './write-protect';
import { zapLeafs, zapRange } from './zap-range';
import { fastZap, zapAll } from './zap-roots';

/** Everything a machine can be asked to do: a new operation is its file and a line here. */
export const operations: readonly Operation[] = [
  access,
  fault,
  zapRange,
  zapLeafs,
  zapAll,
  fastZap,
  age,
  testAge,
  writeProtect,
  clearDirty,
  clearDirtyLog,
  dirtyLog,
  split,
  collapse,
  recoverNx,
  hostChange,
  memslotsUpdated,
  setGeneration,
  writeEntryByHand,
];

export function findOperation(name: string): Operation | undefined {
  return operations.find((operation) => operation.name === name);
}
