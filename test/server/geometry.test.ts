import assert from 'node:assert/strict';

import { type GeometryParams, geometryRequest, type GeometryResponse } from '../../server/protocol';
import { type LanguageClient, startLanguageClient } from './language-client';

describe('the stage-2 layout for an IPA size, asked of the server', () => {
  let client: LanguageClient;
  before(async () => {
    client = await startLanguageClient();
  });
  after(() => client.stop());

  const layout = (params: GeometryParams): Promise<GeometryResponse> =>
    client.connection.sendRequest(geometryRequest, params);

  // Levels, tables and sizes are those of facts/arm64-geometry.json and golden/arm64-geometry.
  const rows: readonly (readonly [GeometryParams, string, RegExp])[] = [
    [
      { granule: '4K', ipaBits: 40 },
      '3 levels from level 1, root of 2 concatenated tables (8 KiB)',
      /\| 1 \(root\) \| 39:30 \| 1024 \| 1 GiB \| allowed \|/,
    ],
    [
      { granule: '4K', ipaBits: 48 },
      '4 levels from level 0, root of 4 KiB',
      /\| 0 \(root\) \| 47:39 \| 512 \| 512 GiB \| – \|/,
    ],
    [
      { granule: '64K', ipaBits: 44, form: 'seed' },
      '2 levels from level 2, root of 4 concatenated tables (256 KiB)',
      /as posted in June 2018/,
    ],
    [
      { granule: '16K', ipaBits: 52 },
      '4 levels from level 0, root of 16 KiB',
      /Needs LPA2 \(v6\.8/,
    ],
  ];
  for (const [params, summary, table] of rows) {
    it(`${params.granule}, ${params.ipaBits} bits, ${params.form ?? 'current'}`, async () => {
      const answer = await layout(params);
      assert.ok('markdown' in answer);
      assert.equal(answer.summary, summary);
      assert.match(answer.markdown, table);
    });
  }

  it('says what is wrong with a size', async () => {
    const problem = async (params: GeometryParams) =>
      Object.entries(await layout(params))
        .flat()
        .join(' ');
    assert.match(await problem({ granule: '4K', ipaBits: 20 }), /^problem .*32 to 52/);
    assert.match(await problem({ granule: '8K', ipaBits: 40 }), /no granule/);
    assert.match(await problem({ granule: '4K', ipaBits: 40, form: 'new' }), /no form/);
  });
});
