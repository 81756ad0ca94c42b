import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { cachesCommand } from '../../../../server/cli/caches';
import { Journal } from '../../../../src-core/sim/journal';
import {
  MemoryCache,
  splitCacheForms,
  vcpuCacheForms,
} from '../../../../src-core/sim/shadow/memory-cache';
import { compareSplitCaches } from '../../../../src-core/sim/shadow/split-cache-figures';
import { collectOutput } from '../collect-output';
import { shadowScenario, ShadowVm } from './shadow-vm';

/** facts/x86-kvm.md, 18.2: name, size of an object, minimum, capacity. */
const vcpuFacts = [
  ['mmu_pte_list_desc_cache', 128, 1 + 5 + 8, 40],
  ['mmu_shadow_page_cache', 4096, 5, 40],
  ['mmu_shadowed_info_cache', 4096, 5, 40],
] as const;

describe('memory caches', () => {
  it('have the minimums and capacities of the facts', () => {
    const forms = Object.values(vcpuCacheForms);
    for (const [name, bytes, min, capacity] of vcpuFacts) {
      const form = forms.find((candidate) => candidate.name === name)!;
      assert.deepEqual([form.objectBytes, form.min, form.capacity], [bytes, min, capacity]);
    }
    const [before, after] = [splitCacheForms('before'), splitCacheForms('after')];
    assert.deepEqual([before.desc.min, before.desc.capacity], [513, 1026]);
    assert.deepEqual([after.desc.min, after.desc.capacity], [513, 513 + 40]);
    for (const { header, page } of [before, after]) {
      assert.deepEqual([header.min, header.capacity, page.min, page.capacity], [1, 40, 1, 40]);
    }
    // The patch saves 473 descriptors of 128 bytes.
    const saved = (before.desc.capacity - after.desc.capacity) * 128;
    assert.equal(saved, 60_544);
  });

  it('are filled to their capacity, and only where less than the minimum is there', () => {
    const cache = new MemoryCache(splitCacheForms('after').desc, new Journal(false));
    assert.equal(cache.take(), false, 'from an empty cache: WARN and an allocation at once');
    assert.equal(cache.topUp(), 553);
    for (let taken = 0; taken < 40; taken++) assert.equal(cache.take(), true);
    assert.equal(cache.topUp(), 0, '513 are enough');
    cache.take();
    assert.equal(cache.topUp(), 41);
    assert.equal(cache.free(), 553);
  });

  it('tell what a VM makes of both split caches', () => {
    // A split that takes nothing never asks for more: only the memory set aside differs.
    const idle = compareSplitCaches({ splits: 1000, used: 0 });
    assert.deepEqual(
      idle.map(({ fills, wasted, bytesWasted }) => [fills, wasted, bytesWasted]),
      [
        [1, 1026, 1026 * 128],
        [1, 553, 553 * 128],
      ],
    );
    assert.deepEqual(
      idle.map(({ buffer }) => buffer),
      [513, 40],
    );
    // One object a split: filled when fewer than 513 are left, that is after 514 and after 41 splits.
    const [old, now] = compareSplitCaches({ splits: 41 * 514, used: 1 });
    assert.deepEqual([old!.fills, now!.fills], [41, 514]);
    // 512 each: 1026 serve two splits (1026 → 514 → 2), 553 serve one (553 → 41).
    const full = compareSplitCaches({ splits: 8, used: 512 });
    assert.deepEqual(
      full.map(({ fills, allocated, wasted }) => [fills, allocated, wasted]),
      [
        [4, 1026 + 3 * 1024, 2],
        [8, 553 + 7 * 512, 41],
      ],
    );
    assert.deepEqual(full[0]!.left, [514, 2, 514, 2, 514, 2, 514, 2]);
  });

  it('do the same in the machine: the shipped scenarios', () => {
    const outcomes = (['before', 'after'] as const).map((name) => {
      const file = `samples/scenarios/split-cache-${name}.pagewalk.json`;
      const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      const vm = new ShadowVm(shadowScenario({ ...json, run: [] }));
      const results = (json['run'] as Record<string, unknown>[]).map((step) => vm.run(step));
      const { fills, allocated } = vm.machine.splitCaches.desc.state;
      return [fills, allocated, results.find((text) => text.includes('split'))];
    });
    const said = (dropped: number, allocated: number, unused: number): string =>
      `16 huge pages split, the lock dropped ${dropped} times for caches; split_desc_cache: ` +
      `${allocated} descriptors allocated, ${unused} never used; the slot is write-protected`;
    // Eight frames, each mapped twice with different rights: the second split of each takes 512.
    assert.deepEqual(outcomes, [
      [4, 4098, said(4, 4098, 2)],
      [8, 4137, said(8, 4137, 41)],
    ]);
  });

  it('are figures and a chart on the command line', async () => {
    const io = collectOutput();
    await cachesCommand.run(['--splits', '4', '--used', '512'], io);
    const text = io.text();
    for (const part of ['1026 (131328 bytes)', '553 (70784 bytes)', '40 (5120 bytes)', '█', '│']) {
      assert.ok(text.includes(part), part);
    }
    const json = collectOutput();
    await cachesCommand.run(['--json'], json);
    const { caches } = JSON.parse(json.text()) as { caches: Record<string, unknown>[] };
    assert.deepEqual(
      caches.map(({ name, capacity, fills }) => [name, capacity, fills]),
      [
        ['before', 1026, 4],
        ['after', 553, 8],
      ],
    );
    await assert.rejects(async () => cachesCommand.run(['--used', '514'], io));
  });
});
