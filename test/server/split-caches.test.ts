import assert from 'node:assert/strict';

import {
  type SplitCachesParams,
  splitCachesRequest,
  type SplitCachesResponse,
} from '../../server/protocol';
import { type LanguageClient, startLanguageClient } from './language-client';

describe('figures of the split cache', () => {
  let client: LanguageClient;
  before(async () => (client = await startLanguageClient()));
  after(() => client.stop());

  const ask = (params: SplitCachesParams): Promise<SplitCachesResponse> =>
    client.connection.sendRequest(splitCachesRequest, params);

  it('are a table and a chart', async () => {
    const answer = await ask({ splits: 8, used: 512 });
    assert.ok('markdown' in answer);
    // facts/x86-kvm.md, 18.2: 1026 and 553 for a minimum of 513; 41 and 514 are left of them.
    assert.match(answer.markdown, /\| capacity \| 1026 \(131328 bytes\) \| 553 \(70784 bytes\) \|/);
    assert.match(answer.markdown, /\| filled, the lock dropped \| 4 times \| 8 times \|/);
    assert.equal(answer.markdown.match(/ 514 filled before$/gm)?.length, 4);
    assert.equal(answer.markdown.match(/ 41 filled before$/gm)?.length, 8);
  });

  it('say what cannot be', async () => {
    for (const params of [
      { splits: 0, used: 1 },
      { splits: 1.5, used: 1 },
      { splits: 3, used: 514 },
      { splits: 3, used: -1 },
    ]) {
      assert.ok('problem' in (await ask(params)), JSON.stringify(params));
    }
  });
});
