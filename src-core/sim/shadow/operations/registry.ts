import { access, write } from './access';
import { dirtyLog, writeProtect } from './dirty-log';
import { invlpg, loadCr3 } from './guest-tlb';
import type { ShadowOperation } from './shadow-operation';
import { whoMaps } from './who-maps';
import { hostChange, zapAll, zapPage } from './zap';

/** Everything that can happen to a guest with shadowed tables: a new operation is its file and a line here. */
export const shadowOperations: readonly ShadowOperation[] = [
  access,
  write,
  invlpg,
  loadCr3,
  whoMaps,
  zapPage,
  zapAll,
  hostChange,
  writeProtect,
  dirtyLog,
];
