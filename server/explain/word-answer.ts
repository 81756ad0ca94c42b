import {
  decodeWord,
  type Facts,
  type GranuleName,
  granules,
  stage2Geometry,
  type WordContext,
} from '../../src-core/index';
import type { Answer, Line } from '../render/answer';
import { decodedWordAnswer } from '../render/decoded-word';
import { problemAnswer } from '../render/problem';
import { layoutInShort, levelTable } from '../render/stage2-layout';

/** What a register, an error code or a syndrome says; with stage 2's registers, the layout too. */
export function wordAnswer(name: string, value: bigint, context: WordContext, basis = ''): Answer {
  const word = decodeWord(name, value, context);
  if ('problem' in word) return problemAnswer(word.problem);
  const answer = decodedWordAnswer(word, basis);
  if (word.name === 'vtcr') return { ...answer, ...layoutOf(word.facts) };
  if (word.name !== 'vttbr') return answer;
  const setup = context.vtcr === undefined ? undefined : decodeWord('vtcr', context.vtcr);
  if (!setup || 'problem' in setup) {
    return { ...answer, notes: [['The VTCR_EL2 beside it tells how much of this is the root.']] };
  }
  return {
    ...answer,
    meaning: [...answer.meaning, [`By VTCR_EL2: ${setup.summary}`]],
    ...layoutOf(setup.facts),
  };
}

/** The levels that a VTCR_EL2 sets up, and what KVM would choose; nothing where it sets up none. */
function layoutOf(facts: Facts): Pick<Answer, 'below' | 'notes'> {
  const { granule, ipa_bits: ipaBits, levels, lpa2 } = facts;
  if (typeof granule !== 'string' || !(granule in granules)) return { notes: [] };
  const size = {
    granule: granule as GranuleName,
    ipaBits: Number(ipaBits),
    levels: Number(levels),
  };
  return { below: levelTable(size), notes: kvmNote(size, lpa2 === true) };
}

function kvmNote(
  size: { readonly granule: GranuleName; readonly ipaBits: number; readonly levels: number },
  lpa2: boolean,
): Line[] {
  const own = stage2Geometry({ ...size, lpa2 });
  if ('problem' in own) return [];
  const same = own.levels === size.levels;
  const text = `${size.granule} pages and ${size.ipaBits} IPA bits (since v5.10): ${layoutInShort(own)}`;
  return [
    [same ? `KVM lays out the same for ${text}.` : `KVM would choose otherwise for ${text}.`],
  ];
}
