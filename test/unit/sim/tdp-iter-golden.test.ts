import assert from 'node:assert/strict';
import path from 'node:path';

import { iterateCommand } from '../../../server/cli/iterate';
import { goldenWalks, tdpIterFolder } from '../../golden/tdp-iter';
import { collectOutput } from './collect-output';

describe('tdp_iter beside the kernels’ own', () => {
  for (const { name, read } of goldenWalks) {
    it(name, async () => {
      const expected = read();
      const io = collectOutput();
      const status = await iterateCommand.run(
        ['--case', path.join(tdpIterFolder, name), '--json'],
        io,
      );
      assert.equal(status, 0);
      const answer = JSON.parse(io.text());
      assert.equal(answer.steps_count, expected.steps_count);
      if (expected.steps !== null) assert.deepEqual(answer.steps, expected.steps);
      assert.equal(answer.steps_sha256, expected.steps_sha256);
      assert.deepEqual(answer.steps_head, expected.steps_head ?? null);
      assert.deepEqual(answer.steps_tail, expected.steps_tail ?? null);
      assert.equal(answer.valid_at_end, expected.valid_at_end);
      assert.equal(answer.kernel_warnings, expected.kernel_warnings);
      assert.deepEqual(
        answer.mutations,
        expected.mutations.map((mutation) => ({
          yielded: mutation.yielded ?? null,
          state_after_restart: mutation.state_after_restart ?? null,
        })),
      );
    });
  }
});
