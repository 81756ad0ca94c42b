import assert from 'node:assert/strict';

import { ran, stage2Of, stage2Scenario, stage2Session } from './stage2-machine';

/** What each loop of a walk stood at: its name, address, next, end. */
function loops(machine: Record<string, unknown>, run: readonly unknown[]): string[] {
  const session = stage2Session(stage2Scenario(machine, run));
  const lines: string[] = [];
  while (session.forward()) {
    const { kind, walker } = session.last!;
    if (kind !== 'visit' || !walker || session.currentStep !== run.length - 1) continue;
    const field = (name: string) => walker.fields.find((each) => each.name === name)?.value ?? '';
    lines.push(`${walker.struct} ${field('addr')} ${field('next')} ${field('end')}`);
  }
  return lines;
}

const range = { ipa: '0x3fe00000', size: '0x600000' };
const map = { do: 'map', ...range, pa: '0x80000000' };

describe('the walks of 2018, level by level', () => {
  it('fold what stage 2 has not: three levels', () => {
    // facts, section 2: addr_end(0x3fe00000, 0x40400000) = 0x40000000, then 0x40400000.
    assert.deepEqual(loops({ kernel: '4.20' }, [map, { do: 'unmap', ...range }]), [
      'unmap_stage2_pgds 0x3fe00000 0x40000000 0x40400000',
      'unmap_stage2_puds 0x3fe00000 0x40000000 0x40000000',
      'unmap_stage2_pmds 0x3fe00000 0x40000000 0x40000000',
      'unmap_stage2_pgds 0x40000000 0x40400000 0x40400000',
      'unmap_stage2_puds 0x40000000 0x40400000 0x40400000',
      'unmap_stage2_pmds 0x40000000 0x40200000 0x40400000',
      'unmap_stage2_pmds 0x40200000 0x40400000 0x40400000',
    ]);
  });

  it('fold two with two levels, none with four, and know p4d since v5.8', () => {
    const names = (machine: Record<string, unknown>) =>
      loops(machine, [map, { do: 'write-protect', ...range }]).map((line) => line.split(' ')[0]!);
    const two = new Set(names({ kernel: '4.20', ipaBits: 34 }));
    assert.deepEqual([...two], ['stage2_wp_pgds', 'stage2_wp_puds', 'stage2_wp_pmds']);
    const four = names({ kernel: '5.9', ipaBits: 48 });
    assert.deepEqual(four.slice(0, 4), [
      'stage2_wp_pgds',
      'stage2_wp_p4ds',
      'stage2_wp_puds',
      'stage2_wp_pmds',
    ]);
  });

  it('index the root as one table, and name its tests as each form did', () => {
    // facts, section 2: stage2_pgd_index 0x8080203000 -> 514.
    const fields = (helpers: string) => {
      const scenario = stage2Scenario({ kernel: '4.20', helpers }, [
        { do: 'map', ipa: '0x8080203000', pa: '0x0' },
      ]);
      const session = stage2Session(scenario);
      assert.ok(session.runUntil(({ kind }) => kind === 'visit'));
      return Object.fromEntries(
        session.last!.walker!.fields.map(({ name, value }) => [name, value]),
      );
    };
    const merged = fields('v4.20');
    assert.equal(merged['stage2_pgd_index'], '514');
    assert.deepEqual(
      [merged['kvm_stage2_has_pud'], merged['kvm_stage2_has_pmd']],
      ['false', 'true'],
    );
    const posted = fields('seed');
    assert.deepEqual(
      [posted['kvm_stage2_has_pgd'], posted['kvm_stage2_has_pud']],
      ['false', 'true'],
    );
  });

  it('free a table with its last reference, the root’s never', () => {
    const page = { ipa: '0x8080203000' };
    const { machine, events } = ran({ kernel: '5.4', root: '0x41400000' }, [
      { do: 'map', ...page, pa: '0x8a3456000' },
      { do: 'unmap', ...page },
    ]);
    const freed = events.filter(({ kind }) => kind === 'table-freed').map(({ level }) => level);
    assert.deepEqual(freed, [3, 2]);
    assert.equal(machine.counters.get('tables'), 0);
    assert.deepEqual(
      machine.tables.root.map(({ count }) => count),
      [1, 1],
    );
  });

  it('take a block out where a page must go while writes are logged', () => {
    const slot = { id: 0, gfn: '0x40200', pages: '0x200', pfn: '0x880200', hostPage: '2M' };
    const { events, machine } = ran(
      { kernel: '4.20' },
      [
        { do: 'access', ipa: '0x40205000', access: 'write' },
        { do: 'dirty-log', slot: 0, on: true },
        { do: 'access', ipa: '0x40205000', access: 'write' },
      ],
      [slot],
    );
    const broken = events.filter(({ kind }) => kind === 'broken');
    assert.deepEqual(
      broken.map(({ old, new: value }) => [old, value]),
      [[0x4000088020077dn, 0n]],
    );
    assert.equal(machine.lookup(0x40205000).entry, 0x400008802057ffn);
    assert.equal(machine.lookup(0x40206000).entry, 0n);
  });
});

describe('a stage-2 session', () => {
  const slot = { id: 0, gfn: '0x40200', pages: '0x200', pfn: '0x880200', hostPage: '2M' };
  const run = [
    { do: 'access', ipa: '0x40205000', access: 'write' },
    { do: 'dirty-log', slot: 0, on: true },
    { do: 'access', ipa: '0x40206000', access: 'write' },
    { do: 'map', ipa: '0x40200000', size: '0x200000', pa: '0x880200000' },
    { do: 'unmap', ipa: '0x40205000' },
  ];

  for (const kernel of ['5.4', '6.1', '6.12', '7.2']) {
    it(`v${kernel}: goes back to any move as it was`, () => {
      const split = kernel === '6.12' ? { splitChunk: '0x200000' } : {};
      const session = stage2Session(stage2Scenario({ kernel, ...split }, run, [slot]));
      const machine = stage2Of(session);
      const picture = (): string =>
        JSON.stringify([
          [...machine.tables.all()].map(({ pa, count, page }) => [pa, count, [...page.words]]),
          machine.counters.values(),
          [machine.vcpuCache.objects, machine.splitCache.objects, machine.tables.queue.size],
          machine.lock.mode,
        ]);
      const seen = [picture()];
      while (session.forward()) if (session.position % 11 === 0) seen.push(picture());
      for (let at = seen.length - 1; at >= 0; at--) {
        session.goTo(at * 11);
        assert.equal(picture(), seen[at], `move ${at * 11}`);
      }
      session.runToEnd();
      session.goTo(11);
      assert.equal(picture(), seen[1]);
    });
  }
});
