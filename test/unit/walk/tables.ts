import { highHalf, lowHalf } from '../../../src-core/word';
import type { CompiledFormat } from '../../../src-core/paging/format';
import { hardwareKind } from '../../../src-core/paging/level-rule';
import type { WalkResult, WalkStep } from '../../../src-core/walk/walk-result';

export function walkTables(
  words: ReadonlyMap<bigint, bigint>,
  compiled: CompiledFormat,
  root: bigint,
  address: bigint,
): WalkResult {
  const steps: WalkStep[] = [];
  let table = root;
  for (let level = compiled.shape.levels; level >= 1; level--) {
    const rule = compiled.rules[level - 1]!;
    const index = Number((address >> BigInt(rule.shift)) & ((1n << BigInt(rule.indexBits)) - 1n));
    const entryAddress = table + BigInt(index * compiled.entryBytes);
    const entry = words.get(entryAddress) ?? 0n;
    const kind = hardwareKind(rule, lowHalf(entry), highHalf(entry));
    steps.push({ level, table, index, entryAddress, entry, kind });
    if (kind !== 'table') break;
    table = entry & 0xf_ffff_ffff_f000n;
  }
  const last = steps.at(-1)!;
  return {
    address,
    status: last.kind === 'leaf' ? 'mapped' : last.kind === 'none' ? 'not-present' : 'reserved',
    physical: null,
    pageSize: null,
    level: last.level,
    leaf: last.entry,
    permissions: null,
    steps,
    missing: null,
    findings: [],
  };
}
