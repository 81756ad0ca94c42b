import { bitMask } from '../word';
import type { CpuConfig } from './cpu';
import { reservedAddressBits } from './physical-address';

const pageSizeBit = 0x80n;

/** Memory types 2, 3 and 7 do not exist. Source: SDM vol. 3C "EPT Misconfigurations". */
const badMemoryTypes = [2, 3, 7];
/** W without R. Same source. */
const writeWithoutRead = [0b010, 0b110];

/**
 * The values of bits 5:0 (memory type, then XWR) that are an EPT misconfiguration, as a bit map;
 * KVM's `bad_mt_xwr` is this map.
 * @param execOnly the CPU knows execute-only translations.
 */
export function badMemoryTypeXwr(execOnly: boolean): bigint {
  const badXwr = execOnly ? writeWithoutRead : [...writeWithoutRead, 0b100];
  let map = 0n;
  for (let combination = 0; combination < 64; combination++) {
    const bad = badMemoryTypes.includes(combination >> 3) || badXwr.includes(combination & 7);
    if (bad) map |= 1n << BigInt(combination);
  }
  return map;
}

/** Levels at which the CPU cannot map a page: bit 7 is reserved there. */
function largePageReserved(level: number, cpu: CpuConfig): bigint {
  const highest = cpu.hugeLevel ?? (cpu.gbPages === false ? 2 : 3);
  return level > highest ? pageSizeBit : 0n;
}

/** Reserved bits of an entry. Source: SDM vol. 3C "Format of EPT paging-structure entries". */
export function eptReservedBits(level: number, leaf: boolean, cpu: CpuConfig): bigint {
  const high = reservedAddressBits(cpu);
  if (level >= 4) return high | bitMask(7, 3);
  if (level === 1) return high;
  if (!leaf) return high | bitMask(6, 3);
  return high | bitMask(12 + 9 * (level - 1) - 1, 12) | largePageReserved(level, cpu);
}
