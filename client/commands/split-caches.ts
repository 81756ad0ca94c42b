import type { SplitCachesParams, SplitCachesResponse } from '../../server/protocol';
import type { LanguageServer } from '../language-server';
import type { SplitCacheDocuments } from '../views/split-cache-documents';
import { askInput } from './ask-input';

const title = 'Split Cache Before and After the Fix';

/**
 * "Split Cache Before and After the Fix…": how many huge pages, how much each takes; then the figures
 * as a document.
 * @param given `SplitCachesParams` from a test or another extension: answered without questions.
 * @returns the answer; `undefined`: dismissed.
 */
export async function splitCaches(
  server: LanguageServer,
  documents: SplitCacheDocuments,
  given: unknown,
): Promise<SplitCachesResponse | undefined> {
  const params = asParams(given) ?? (await askParams(server));
  if (!params) return undefined;
  const response = await server.splitCaches(params);
  if ('problem' in response) throw new Error(response.problem);
  await documents.show(params);
  return response;
}

async function askParams(server: LanguageServer): Promise<SplitCachesParams | undefined> {
  const splits = await askCount(
    server,
    'Huge pages of a nested guest that are split, one after the other.',
    '8',
    (count) => ({ splits: count, used: 0 }),
  );
  if (splits === undefined) return undefined;
  const used = await askCount(
    server,
    'Descriptors that each split takes: 512 where every small page is mapped once already, 0 where none is.',
    '512',
    (count) => ({ splits, used: count }),
  );
  return used === undefined ? undefined : { splits, used };
}

function askCount(
  server: LanguageServer,
  prompt: string,
  value: string,
  paramsOf: (count: number) => SplitCachesParams,
): Promise<number | undefined> {
  return askInput<number>({
    title,
    prompt,
    placeholder: value,
    value,
    check: (text) =>
      /^\s*\d{1,9}\s*$/.test(text) ? { note: '' } : { problem: 'A number, such as 8.' },
    accept: async (text) => {
      const count = Number(text);
      const response = await server.splitCaches(paramsOf(count));
      return 'problem' in response ? response : { answer: count };
    },
  });
}

function asParams(given: unknown): SplitCachesParams | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { splits, used } = given as Partial<SplitCachesParams>;
  return typeof splits === 'number' && typeof used === 'number' ? { splits, used } : undefined;
}
