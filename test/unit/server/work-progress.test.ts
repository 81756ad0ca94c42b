import assert from 'node:assert/strict';

import { type Surroundings, WorkProgress } from '../../../server/work-progress';

/** An editor that shows progress: what it was told. */
function editor(): { surroundings: Surroundings; heard: string[] } {
  const heard: string[] = [];
  const reporter = {
    begin: (title: string, percent: number) => heard.push(`${title} ${percent > 0}`),
    report: (percent: number) => heard.push(String(percent)),
    done: () => heard.push('done'),
  };
  const window = { createWorkDoneProgress: () => Promise.resolve(reporter) };
  return { surroundings: { connection: { window }, pause: later } as never, heard };
}

function later(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Work that keeps a CPU busy for so many milliseconds, in steps. */
function* work(milliseconds: number): Generator<number, string> {
  const begun = performance.now();
  for (let now = begun; now < begun + milliseconds; now = performance.now()) {
    yield (now - begun) / milliseconds;
  }
  return 'result';
}

async function run(milliseconds: number): Promise<string[]> {
  const { surroundings, heard } = editor();
  const progress = new WorkProgress(surroundings, 'Working');
  const steps = progress.of(work(milliseconds));
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) await later();
  assert.equal(step.value, 'result');
  progress.done();
  await later();
  return heard;
}

describe('progress of long work', () => {
  it('is told from its first moments on, rising, and taken away at its end', async () => {
    const [begun, ...rest] = await run(900);
    assert.equal(begun, 'Working true');
    assert.equal(rest.pop(), 'done');
    const shares = rest.map(Number);
    assert.ok(shares.length >= 2, rest.join());
    assert.deepEqual(
      shares,
      shares.toSorted((one, other) => one - other),
    );
  });

  it('is not worth a word where the work is soon done', async () => {
    assert.deepEqual(await run(20), []);
  });
});
