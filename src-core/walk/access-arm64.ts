import { formatWord, setBits } from '../word';
import { architectureLevel } from '../paging/arm64-granule';
import type { CompiledFormat } from '../paging/format';
import type { Access, AccessAnswer, DecidedBy, EntryUpdate } from './access-answer';
import { allow, refuse, unknown } from './access-answer';
import { stage1Refusal } from './access-arm64-stage1';
import { stage2Refusal } from './access-arm64-stage2';
import { arm64Syndrome, type Arm64Fault } from './access-arm64-syndrome';
import type { PathEntry } from './access-path';
import { accessPath, decidedBy, reservedBitsSet } from './access-path';
import type { WalkResult } from './walk-result';

const validBit = 1n << 0n;
const typeBits = 3n;
const accessFlag = 1n << 10n;
const dirtyModifier = 1n << 51n;
/** AP[2] at stage 1 makes read-only, S2AP[1] at stage 2 grants writing: the same bit. */
const writeControl = 1n << 7n;

/** What the two stages decide differently. */
interface Stage {
  readonly second: boolean;
  readonly refusal: (
    entries: readonly PathEntry[],
    leaf: PathEntry,
    access: Access,
    compiled: CompiledFormat,
  ) => DecidedBy | undefined;
}
const stages: Readonly<Record<string, Stage>> = {
  'arm64-stage1': { second: false, refusal: stage1Refusal },
  'arm64-stage2': { second: true, refusal: stage2Refusal },
};

/** A fault of the last entry itself, in the order in which the architecture looks for them. */
function entryFault(
  last: PathEntry,
  compiled: CompiledFormat,
): { fault: Arm64Fault; by: DecidedBy } | undefined {
  const at = `level ${architectureLevel(last.level)}`;
  if (last.kind === 'none') {
    const by = decidedBy(last, validBit, `invalid at ${at}: bit 0 is 0`);
    return { fault: 'translation', by };
  }
  const reserved = reservedBitsSet(last);
  const noBlock = last.shape === 'leaf' && (last.rule.leafBadLo & 2) !== 0;
  if (noBlock && (last.entry & typeBits) === validBit) {
    const by = decidedBy(last, typeBits, `bits 1:0 are 01 at ${at}, where no block may stand`);
    return { fault: 'translation', by };
  }
  if (reserved !== 0n) {
    const why = `address bits ${setBits(reserved).join(', ')} of the entry at ${at} are above the output size`;
    return { fault: 'address size', by: decidedBy(last, reserved, why) };
  }
  const { ignoreAccessFlag, hardwareAccessFlag } = compiled.shape.cpu;
  const flagMatters = ignoreAccessFlag !== true && hardwareAccessFlag !== true;
  if (last.shape === 'leaf' && flagMatters && (last.entry & accessFlag) === 0n) {
    const by = decidedBy(last, accessFlag, `the access flag is clear at ${at}`);
    return { fault: 'access flag', by };
  }
  return undefined;
}

/** Flags hardware writes back: the access flag with HA, the write permission with HD and DBM. */
function updates(
  leaf: PathEntry,
  stage: Stage,
  access: Access,
  compiled: CompiledFormat,
): EntryUpdate[] {
  const { hardwareAccessFlag, hardwareDirty } = compiled.shape.cpu;
  const writes = access.type === 'write';
  const writableClean = hardwareDirty === true && writes && (leaf.entry & dirtyModifier) !== 0n;
  let after = hardwareAccessFlag === true ? leaf.entry | accessFlag : leaf.entry;
  if (writableClean) after = stage.second ? after | writeControl : after & ~writeControl;
  if (after === leaf.entry) return [];
  return [{ level: leaf.level, entryAddress: leaf.entryAddress, before: leaf.entry, after }];
}

/**
 * An access through arm64 tables of either stage: allowed, or a data or instruction abort with the
 * ESR_ELx of it. The syndrome's instruction part (ISV, SAS, SRT …) is left 0: it is not in tables.
 * Source: Arm ARM (DDI 0487) D8.4 "Memory access control", D8.15 "MMU fault priority".
 */
export function checkArm64Access(
  walk: WalkResult,
  compiled: CompiledFormat,
  access: Access,
): AccessAnswer {
  const stage = stages[compiled.format.name]!;
  const exception = access.type === 'execute' ? 'instruction abort' : 'data abort';
  const abort = (
    fault: Arm64Fault,
    level: number,
    why: string,
    by: DecidedBy | null,
  ): AccessAnswer => {
    const value = arm64Syndrome(fault, level, access, compiled, stage.second);
    return refuse(exception, { name: 'esr', value }, why, by);
  };
  if (walk.status === 'non-canonical') {
    const why = `${formatWord(walk.address)} is outside what these tables translate`;
    return abort('translation', 0, why, null);
  }
  const { entries, last, unknown: missing } = accessPath(walk, compiled);
  if (!last) return unknown(missing ?? 'the walk has no entry');
  const broken = entryFault(last, compiled);
  if (broken) return abort(broken.fault, architectureLevel(last.level), broken.by.why, broken.by);
  const by = stage.refusal(entries, last, access, compiled);
  if (by) return abort('permission', architectureLevel(last.level), by.why, by);
  return allow('every level allows it', updates(last, stage, access, compiled));
}
