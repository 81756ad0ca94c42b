import type { FrameStore } from '../memory/frame-store';
import type { CompiledFormat } from '../paging/format';
import { LastLevel } from './last-level';
import { isTranslatableWord, type TranslateOptions } from './translate';
import { statusNumbers, type Translations } from './translations';
import { type UpperEnd, UpperLevels } from './upper-levels';

/** Addresses that are walked together. */
const batchSize = 1 << 20;
/** Of a walk that has ended. */
const ended = 0xffff_ffff;
/** Of an address that cannot be an input. */
const refused = -1;

/**
 * Translates many addresses at once: the answers of `translate` without steps, rights and sentences.
 * An entry of the upper levels is decoded once for all that share it; the tables of the last level,
 * which are most of the memory, are read in ascending order.
 * @param root byte address of the root table
 * @param addresses low and high half of each address in turn
 */
export function translateMany(
  memory: FrameStore,
  compiled: CompiledFormat,
  root: bigint,
  addresses: Uint32Array,
  options: TranslateOptions = {},
): Translations {
  const count = addresses.length >>> 1;
  const answers: Translations = {
    status: new Uint8Array(count),
    level: new Uint8Array(count).fill(1),
    physical: new Float64Array(count),
  };
  for (let from = 0; from < count; from += batchSize) {
    const to = Math.min(count, from + batchSize);
    const part: Translations = {
      status: answers.status.subarray(from, to),
      level: answers.level.subarray(from, to),
      physical: answers.physical.subarray(from, to),
    };
    translateBatch(memory, compiled, root, addresses.subarray(from * 2, to * 2), options, part);
  }
  return answers;
}

function translateBatch(
  memory: FrameStore,
  compiled: CompiledFormat,
  root: bigint,
  addresses: Uint32Array,
  options: TranslateOptions,
  answers: Translations,
): void {
  const upper = new UpperLevels(memory, compiled, options, Number(root));
  const table = new Uint32Array(answers.status.length);
  // Without a test of its own a format looks at the high half: it is asked once for each change.
  const always = compiled.translates !== undefined;
  let above = -1;
  let fits = isTranslatableWord(compiled, 0xffff_ffff, 0xffff_ffff);
  for (let index = 0; index < table.length; index++) {
    const lo = addresses[index * 2]! | 0;
    const hi = addresses[index * 2 + 1]! | 0;
    if (always || hi !== above) {
      above = hi;
      fits = isTranslatableWord(compiled, lo >>> 0, hi >>> 0);
    }
    const outcome = fits ? upper.down(lo, hi) : refused;
    if (outcome >= 0) table[index] = outcome;
    else {
      table[index] = ended;
      const end = fits ? upper.ends[-1 - outcome]! : refusal(compiled);
      answers.status[index] = statusNumbers[end.status];
      answers.level[index] = end.level;
      answers.physical[index] =
        end.status === 'mapped' ? end.physical + offsetWithin(lo, hi, end.shift) : NaN;
    }
  }
  new LastLevel(memory, compiled, options, upper.lastTables).run(addresses, table, ended, answers);
}

function refusal(compiled: CompiledFormat): UpperEnd {
  return { status: 'non-canonical', level: compiled.shape.levels, physical: 0, shift: 0 };
}

/** Bits of an address below `shift`, as a number. */
function offsetWithin(lo: number, hi: number, shift: number): number {
  return shift >= 32
    ? (hi & (2 ** (shift - 32) - 1)) * 0x1_0000_0000 + (lo >>> 0)
    : (lo & (2 ** shift - 1)) >>> 0;
}
