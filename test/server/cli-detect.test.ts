import assert from 'node:assert/strict';

import { runCli } from './run-cli';

interface Detected {
  readonly roots: readonly {
    readonly address: string;
    readonly format: string;
    readonly levels: number;
    readonly score: number;
    readonly evidence: readonly string[];
  }[];
  readonly events: Readonly<Record<string, number>>;
  readonly frames: number;
  readonly words: number;
  readonly dialects: readonly string[];
}

describe('pagewalk detect', () => {
  const detect = async (...sources: string[]): Promise<Detected> => {
    const run = await runCli(['detect', ...sources, '--json']);
    assert.equal(run.stderr, '');
    assert.equal(run.status, 0);
    return run.json()[0] as Detected;
  };

  it('names root, format and levels of a dump, with the evidence', async () => {
    const { roots, frames, words, dialects } = await detect('samples/npt-6.1.xp');
    const [best] = roots;
    assert.ok(best);
    assert.deepEqual([best.address, best.format, best.levels], ['0x103b30000', 'npt64', 4]);
    assert.ok(best.score > 0.5 && best.score <= 1);
    assert.ok(best.evidence.length > 0);
    // The capture's index lists 28 pages of 512 words.
    assert.deepEqual([frames, words], [28, 28 * 512]);
    assert.deepEqual(dialects, ['qemu-xp']);
  });

  it('counts the events of a trace, in which there are no tables', async () => {
    const { roots, events, frames } = await detect('samples/npt-6.1.kvmtrace');
    assert.deepEqual(roots, []);
    assert.equal(frames, 0);
    assert.ok(events['kvm_tdp_mmu_spte_changed']! > 100);
  });

  it('tells people the same', async () => {
    const { stdout } = await runCli(['detect', 'samples/npt-6.1.xp']);
    assert.match(
      stdout,
      /^28 pages, 14,336 words; dumps: qemu-xp\nroot 0x103b30000 {2}npt64, 4 levels/,
    );
  });

  it('finds nothing in a text of another kind, and refuses what cannot be read', async () => {
    assert.deepEqual((await detect('LICENSE')).roots, []);
    const run = await runCli(['detect', 'nowhere']);
    assert.equal(run.status, 1);
    assert.match(run.stderr, /cannot read nowhere/);
  });
});
