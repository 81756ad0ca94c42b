import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { readScenario, type SimEvent, simulate } from '../../../../src-core/index';

function run(name: string, machine: object = {}): { events: SimEvent[]; counters: object } {
  const text = readFileSync(`samples/scenarios/${name}.pagewalk.json`, 'utf8');
  const json = JSON.parse(text) as { machine: object };
  const scenario = readScenario({ ...json, machine: { ...json.machine, ...machine } });
  assert.ok(!('problems' in scenario), JSON.stringify(scenario));
  const result = simulate(scenario);
  assert.ok(!('problem' in result));
  assert.equal(result.stop, null);
  return { events: [...result.machine.events.from()], counters: result.report.counters };
}

const hex = (value: bigint | number | null): string => `0x${(value ?? 0).toString(16)}`;

/** `old → new` of every entry written, breaks included. */
function written(events: readonly SimEvent[]): string[] {
  return events
    .filter(({ kind }) => kind === 'write' || kind === 'broken')
    .map(({ level, old, new: value }) => `L${level!} ${hex(old)} → ${hex(value)}`);
}

function texts(events: readonly SimEvent[], ...kinds: readonly string[]): string[] {
  return events.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text!);
}

describe('shipped scenarios of stage 2', () => {
  it('stage2-concatenated-root: runs A, B and E of the facts', () => {
    const { events, counters } = run('stage2-concatenated-root');
    assert.deepEqual(written(events), [
      'L1 0x0 → 0x400',
      'L1 0x400 → 0x41402003',
      'L2 0x0 → 0x400',
      'L2 0x400 → 0x41403003',
      'L3 0x0 → 0x400',
      'L3 0x400 → 0x400008a34567ff',
      'L1 0x0 → 0x400',
      'L1 0x400 → 0x41404003',
      'L2 0x0 → 0x400',
      'L2 0x400 → 0x400008802007fd',
      'L3 0x400008a34567ff → 0x0',
      'L2 0x41403003 → 0x0',
      'L1 0x41402003 → 0x0',
      'L2 0x400008802007fd → 0x0',
      'L1 0x41404003 → 0x0',
    ]);
    // Section 11: 0x92000045 is a write, translation fault of level 1.
    assert.deepEqual(
      texts(events, 'abort').map((text) => text.split(':')[0]),
      ['ipa 0x8080203000, hsr 0x92000045', 'ipa 0x40205000, hsr 0x92000045'],
    );
    assert.deepEqual(counters, {
      ...counters,
      pages: 0,
      blocks_l2: 0,
      tables: 0,
      tlbi: 5,
      tlbi_range: 0,
    });
  });

  it('stage2-break-before-make: runs B, C and D, with another vCPU in the window', () => {
    const { events } = run('stage2-break-before-make');
    assert.deepEqual(texts(events, 'result'), [
      'mapped, after 1 abort',
      'logging begins: write-protected',
      'another CPU: mapped, after 3 aborts',
      'mapped, after 1 abort',
      'logging ends; blocks come back with later faults',
      'mapped, after 1 abort',
    ]);
    const [, , , protect, ...rest] = written(events).slice(1);
    assert.equal(protect, 'L2 0x400008802007fd → 0x4000088020077d');
    assert.deepEqual(rest, [
      'L2 0x4000088020077d → 0x400',
      'L2 0x400 → 0x41403003',
      'L3 0x0 → 0x400',
      'L3 0x400 → 0x4000088020677f',
      'L3 0x0 → 0x400',
      'L3 0x400 → 0x400008802057ff',
      'L2 0x41403003 → 0x400',
      'L2 0x400 → 0x400008802007fd',
    ]);
    assert.deepEqual(texts(events, 'flush'), [
      'the whole VMID',
      'IPA 0x40205000, level 2',
      'IPAs 0x40200000 + 0x200000',
    ]);
  });

  it('come out otherwise where their pages say so', () => {
    const eager = run('stage2-break-before-make', { splitChunk: '0x200000' });
    assert.equal(eager.events.filter(({ kind }) => kind === 'split').length, 1);
    // All 512 pages are there: the write is a permission fault of level 3, W is given back.
    assert.ok(texts(eager.events, 'abort').some((text) => text.includes('0x9200004f')));
    const anchored = run('stage2-break-before-make', { kernel: '6.1' });
    assert.deepEqual(texts(anchored.events, 'flush').at(-1), 'the whole VMID');
    assert.ok(written(anchored.events).includes('L2 0x41403003 → 0x0'));
    const typed = run('stage2-break-before-make', { kernel: '7.2' });
    assert.ok(written(typed.events).includes('L2 0x4000088020077d → 0x1000000000000000'));
    const four = run('stage2-concatenated-root', { ipaBits: 44 });
    assert.ok(texts(four.events, 'abort')[0]!.includes('0x92000044'));
    const folded = run('stage2-concatenated-root', { kernel: '4.20' });
    assert.deepEqual(folded.counters, { ...folded.counters, tables: 0, pages: 0, blocks_l2: 0 });
  });
});
