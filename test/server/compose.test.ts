import assert from 'node:assert/strict';

import {
  type ComposeChoices,
  composeChoicesRequest,
  type ComposeParams,
  composeRequest,
  type ComposeResponse,
} from '../../server/protocol';
import { entryFormats } from '../../src-core/index';
import { spteVectors } from '../golden/vectors';
import { type LanguageClient, startLanguageClient } from './language-client';

describe('composing an entry, asked of the server', () => {
  let client: LanguageClient;
  before(async () => {
    client = await startLanguageClient();
  });
  after(() => client.stop());

  const compose = (params: Omit<ComposeParams, 'uri'>): Promise<ComposeResponse> =>
    client.connection.sendRequest(composeRequest, { uri: null, ...params });

  it('offers every format with its levels and kernels', async () => {
    const choices = await client.connection.sendRequest<ComposeChoices>(composeChoicesRequest, {
      uri: null,
    });
    assert.deepEqual(
      choices.formats.map(({ name }) => name),
      entryFormats.map(({ name }) => name),
    );
    for (const { name, levels, kernels } of choices.formats) {
      assert.ok(levels.length >= 2, name);
      assert.equal(kernels.length > 0, !name.startsWith('guest'), name);
    }
  });

  it('gives the worked values of the facts from their fields again', async () => {
    const some = spteVectors().filter((_, index) => index % 16 === 0);
    for (const { value, format, level, kernel } of some) {
      const place = { format, level, ...(kernel !== null && { kernel }) };
      const read = await compose({ ...place, value, fields: {} });
      assert.ok('composed' in read, `${value} ${format}`);
      const { fields, shape } = read.composed;
      const named = Object.fromEntries(fields.map((field) => [field.name, field.value]));
      const again = await compose({ ...place, shape, fields: named });
      assert.ok('composed' in again);
      assert.equal(BigInt(again.composed.value), BigInt(value), `${value} ${format} ${shape}`);
    }
  });

  it('changes one field of an entry', async () => {
    const place = { format: 'ept', level: 1, kernel: '6.1', value: '0x600000067890b77' };
    const answer = await compose({ ...place, fields: { write: '0x0' } });
    assert.ok('composed' in answer);
    const { value, shape, shapes, fields, markdown } = answer.composed;
    assert.equal(value, '0x600000067890b75');
    assert.equal(shape, 'leaf');
    assert.ok(shapes.includes('mmio'));
    assert.equal(
      fields.reduce((bits, { width }) => bits + width, 0),
      64,
    );
    assert.match(markdown, /EPT leaf, 4 KiB, r - x/);
  });

  const refusals: readonly (readonly [Omit<ComposeParams, 'uri'>, RegExp])[] = [
    [{ format: 'epd', level: 1, fields: {} }, /'epd' is no format/],
    [{ format: 'pae', level: 4, fields: {} }, /no level 4/],
    [{ format: 'ept', level: 1, fields: { frame: '0x10000000000' } }, /frame has \d+ bits/],
    [{ format: 'ept', level: 1, fields: { colour: '0x1' } }, /no field 'colour'/],
    [{ format: 'ept', level: 1, fields: { read: 'yes' } }, /no hexadecimal value/],
    [{ format: 'ept', level: 1, value: 'zz', fields: {} }, /no 64-bit value/],
    [{ format: 'ept', level: 1, kernel: 'new', fields: {} }, /no kernel version/],
  ];
  for (const [params, message] of refusals) {
    it(`says what does not fit: ${String(message)}`, async () => {
      const answer = await compose(params);
      assert.ok('problem' in answer);
      assert.match(answer.problem, message);
    });
  }
});
