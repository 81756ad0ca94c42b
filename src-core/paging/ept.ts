import type { CpuConfig } from './cpu';
import { eptFields } from './ept-fields';
import { badMemoryTypeXwr, eptReservedBits } from './ept-malformed';
import type { LevelRule, PagingFormat } from './format';
import { levelRule } from './level-rule';
import { addressBits } from './physical-address';

const supervisorRights = 0x7n;
const userExecuteBit = 0x400n;

/** The map for a CPU. Unknown: execute-only is supported, as on every CPU since Nehalem. */
function badCombinations(cpu: CpuConfig): bigint {
  const map = badMemoryTypeXwr(cpu.execOnly !== false);
  // With mode-based execute control an entry may be present by XU alone, which is execute-only too.
  const userExecuteAlone = 0x0101_0101_0101_0101n;
  return cpu.mbec === true && cpu.execOnly === false ? map | userExecuteAlone : map;
}

function rule(level: number, cpu: CpuConfig): LevelRule {
  const shift = 12 + 9 * (level - 1);
  const rights = cpu.mbec === true ? supervisorRights | userExecuteBit : supervisorRights;
  const bad = badCombinations(cpu);
  return levelRule({
    level,
    shift,
    indexBits: 9,
    present: rights,
    leafWhen: level === 1 ? 'always' : level <= 3 ? { mask: 0x80, value: 0x80 } : 'never',
    table: {
      address: addressBits(cpu, 12),
      reserved: eptReservedBits(level, false, cpu),
      bad,
      grants: rights,
    },
    leaf: {
      address: addressBits(cpu, shift),
      reserved: eptReservedBits(level, true, cpu),
      bad,
      grants: rights,
    },
  });
}

/** Intel's extended page tables: guest-physical to host-physical. */
export const ept: PagingFormat = {
  name: 'ept',
  title: 'EPT',
  entryBytes: 8,
  levelCounts: [4, 5],
  compile: (shape) => ({
    format: ept,
    shape,
    rules: Array.from({ length: shape.levels }, (_, index) => rule(index + 1, shape.cpu)),
    entryBytes: 8,
    addressBits: 12 + 9 * shape.levels,
    signExtended: false,
    rootAlignment: 4096,
  }),
  fields: eptFields,
  permissions: (andLo, _andHi, _orLo, _orHi, cpu) => ({
    read: (andLo & 1) !== 0,
    write: (andLo & 2) !== 0,
    execute: (andLo & 4) !== 0,
    user: null,
    ...(cpu.mbec === true ? { userExecute: (andLo & 0x400) !== 0 } : {}),
  }),
};
