import { access } from './access';
import { age, mkyoung, testAge } from './age';
import type { Stage2Operation } from './define';
import { dirtyLog } from './dirty-log';
import { map } from './map';
import { annotate, setOwner } from './ownership';
import { relaxPermissions } from './relax-permissions';
import { split } from './split';
import { unmap } from './unmap';
import { writeProtect } from './write-protect';

/** Everything a stage 2 can be asked to do: a new operation is its file and a line here. */
export const stage2Operations: readonly Stage2Operation[] = [
  access,
  map,
  unmap,
  writeProtect,
  age,
  testAge,
  mkyoung,
  relaxPermissions,
  split,
  dirtyLog,
  setOwner,
  annotate,
];
