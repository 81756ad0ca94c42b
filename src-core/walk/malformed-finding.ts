import type { Finding } from '../paging/decoded-entry';
import type { CompiledFormat, HardwareFormatName, LevelRule } from '../paging/format';
import { entryShape } from '../paging/level-rule';
import { formatWord, joinHalves, setBits } from '../word';

/** What the CPU does when it meets a malformed entry, and where that is from. */
const consequence: Readonly<Record<HardwareFormatName, string>> = {
  'x86-64': 'the CPU raises #PF with RSVD (SDM vol. 3A 4.7)',
  ept: 'the walk ends in an EPT misconfiguration (SDM vol. 3C 29.3.3.1)',
  npt: 'the CPU exits with #NPF and RSV set (APM vol. 2 15.25.6)',
  pae: 'the CPU raises #PF with RSVD (SDM vol. 3A 4.7)',
  'x86-32': 'the CPU raises #PF with RSVD (SDM vol. 3A 4.7)',
  'arm64-stage1': 'the CPU takes a translation or address-size fault (DDI 0487 D8)',
  'arm64-stage2': 'the CPU takes a stage 2 translation or address-size fault (DDI 0487 D8)',
};

const refusedAtLoad =
  'loading CR3 with it is a #GP; a walk itself goes on (SDM vol. 3A 4.4.1 "PDPTE Registers")';

/** What is wrong with an entry that is present and that the CPU refuses. */
export function malformedFinding(
  compiled: CompiledFormat,
  rule: LevelRule,
  lo: number,
  hi: number,
): Finding {
  const leaf = entryShape(rule, lo) === 'leaf';
  const reserved = joinHalves(
    lo & (leaf ? rule.leafReservedLo : rule.tableReservedLo),
    hi & (leaf ? rule.leafReservedHi : rule.tableReservedHi),
  );
  const entry = `the entry ${formatWord(joinHalves(lo, hi))} of level ${rule.level}`;
  const what = rule.checkedAtLoad === true ? refusedAtLoad : consequence[compiled.format.name];
  if (reserved === 0n) {
    return {
      code: 'bad-memory-type-xwr',
      severity: 'error',
      message: `${entry} has a combination of bits 5:0 that is not allowed: ${what}`,
      bits: [5, 4, 3, 2, 1, 0],
    };
  }
  const bits = setBits(reserved);
  const named = bits.length === 1 ? `bit ${bits[0]!}` : `bits ${bits.join(', ')}`;
  return {
    code: 'reserved-bits',
    severity: 'error',
    message: `${entry} has reserved ${named} set: ${what}`,
    bits,
  };
}

/** What a well-formed leaf lacks that the CPU asks for before it uses it: arm64's access flag. */
export function unusableFinding(rule: LevelRule, lo: number, hi: number): Finding {
  const lacking = setBits(BigInt((rule.leafNeededLo ?? 0) & ~lo));
  const named = lacking.length === 1 ? `bit ${lacking[0]!}` : `bits ${lacking.join(', ')}`;
  return {
    code: 'access-flag-clear',
    severity: 'info',
    message: `the leaf ${formatWord(joinHalves(lo, hi))} of level ${rule.level} has ${named} clear: the access raises an Access flag fault unless hardware sets the flag (TCR.HA, VTCR.HA). DDI 0487 D8.5.1; to walk on, ignore the access flag`,
    bits: lacking,
  };
}
