import assert from 'node:assert/strict';

import {
  commentLineRequest,
  type CommentLineParams,
  type CommentLineResponse,
} from '../../server/protocol';
import { type LanguageClient, startLanguageClient } from './language-client';

const row = '0000000000001000: 0x0000000000002827 0x0000000000000000';

describe("a change of a file's comment line", () => {
  let client: LanguageClient;
  let files = 0;
  before(async () => (client = await startLanguageClient()));
  after(() => client.stop());

  /** The text after the change, or `null` where there is nothing to change. */
  async function changed(
    text: string,
    values: CommentLineParams['values'],
  ): Promise<string | null> {
    const uri = await client.open(`${String(files++)}.xp`, text);
    const response: CommentLineResponse = await client.connection.sendRequest(commentLineRequest, {
      uri,
      values,
    });
    if (!response) return null;
    const { line, start, end } = response.place;
    assert.equal(response.place.uri, uri);
    const lines = text.split('\n');
    lines[line] = lines[line]!.slice(0, start) + response.text + lines[line]!.slice(end);
    return lines.join('\n');
  }

  it('writes one at the top where there is none', async () => {
    assert.equal(
      await changed(row, { format: 'npt64', kernel: '6.1' }),
      `# pagewalk: format=npt64 kernel=6.1\n${row}`,
    );
  });

  it('keeps what the line says besides, and takes out what is to be found out again', async () => {
    const before = `// pagewalk: format=ept kernel=5.10 maxphyaddr=46\n${row}`;
    assert.equal(
      await changed(before, { format: 'npt64', kernel: null }),
      `// pagewalk: maxphyaddr=46 format=npt64\n${row}`,
    );
  });

  it('is none where the file says so already', async () => {
    assert.equal(await changed(`# pagewalk: format=ept\n${row}`, { format: 'ept' }), null);
    assert.equal(await changed(row, { kernel: null }), null);
  });

  it('is none for a file that is not open', async () => {
    const params: CommentLineParams = { uri: 'file:///nowhere.xp', values: { format: 'ept' } };
    assert.equal(await client.connection.sendRequest(commentLineRequest, params), null);
  });
});
