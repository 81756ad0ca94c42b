import { geometryForms, type GranuleName, granules, stage2Geometry } from '../../src-core/index';
import { type GeometryParams, geometryRequest, type GeometryResponse } from '../protocol';
import { answerMarkdown } from '../render/markdown';
import { layoutAnswer, layoutInShort } from '../render/stage2-layout';
import type { Feature } from './feature';

/** arm64: the stage-2 layout for an IPA size. */
export const geometry: Feature = {
  capabilities: {},
  register({ connection, safely }) {
    connection.onRequest(
      geometryRequest,
      safely<GeometryParams, GeometryResponse>(
        'geometry',
        { problem: 'The layout failed; see the log.' },
        layoutOf,
      ),
    );
  },
};

/** The layout a question asks for, or a sentence that says what is wrong with it. */
export function layoutOf(params: GeometryParams): GeometryResponse {
  const granule = (Object.keys(granules) as GranuleName[]).find((name) => name === params.granule);
  const form = geometryForms.find((name) => name === (params.form ?? 'current'));
  if (!granule) return { problem: `'${params.granule}' is no granule: 4K, 16K or 64K.` };
  if (!form) return { problem: `'${params.form ?? ''}' is no form: ${geometryForms.join(', ')}.` };
  const { ipaBits, lpa2 = false } = params;
  const facts = stage2Geometry({ granule, ipaBits, form, lpa2 });
  if (typeof facts.problem === 'string') return { problem: `${sentence(facts.problem)}.` };
  return { summary: layoutInShort(facts), markdown: answerMarkdown(layoutAnswer(facts)) };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
