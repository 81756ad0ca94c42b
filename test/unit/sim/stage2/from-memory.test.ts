import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import {
  readScenario,
  scenarioFromMemory,
  scenarioText,
  stage2Walk,
  TextIndex,
} from '../../../../src-core/index';
import { Stage2Plan } from '../../../../src-core/sim/stage2/stage2-plan';
import { sharedPlace } from '../../../golden/places';
import { assertStage2Whole, takeStage2Census } from './model/stage2-census';
import { ran, stage2Of, stage2Problems, stage2Scenario, stage2Session } from './stage2-machine';

const machine = { kernel: '6.12', root: '0x41400000', firstTable: '0x41402000' };

describe('a stage 2 that is there from the start', () => {
  it('has levels, references and counters from its entries', () => {
    const before = ran(machine, [
      { do: 'map', ipa: '0x8080203000', pa: '0x8a3456000' },
      { do: 'map', ipa: '0x40200000', size: '0x200000', pa: '0x880200000' },
    ]).machine;
    const tables = [...before.tables.all()].map(({ pa, page, entries }) => ({
      pa: `0x${pa.toString(16)}`,
      entries: Array.from({ length: entries }, (_, index) => [index, page.entry(index)] as const)
        .filter(([, value]) => value !== 0n)
        .map(([index, value]) => [index, `0x${value.toString(16)}`]),
    }));
    const scenario = readScenario({ machine: { mmu: 'stage2', ...machine }, tables, run: [] });
    if ('problems' in scenario) assert.fail(JSON.stringify(scenario.problems));
    const after = stage2Of(stage2Session(scenario));
    const told = ({ tables: held }: typeof after) =>
      [...held.all()].map(({ pa, count, level, start }) => [pa, count, level, start]).sort();
    assert.deepEqual(told(after), told(before));
    assert.equal(after.counters.get('pages'), 1);
    assert.equal(after.counters.get('blocks2'), 1);
    const session = stage2Session(scenario);
    assert.equal(session.add({ do: 'unmap', ipa: '0x0', size: '0x9000000000' }), null);
    session.runToEnd();
    const left = stage2Of(session);
    assertStage2Whole(left, takeStage2Census(left), 'unmapped');
    assert.equal(left.counters.get('tables'), 0);
    session.goTo(0);
    assert.deepEqual(told(stage2Of(session)), told(before));
  });

  it('is refused where its tables make no tree', () => {
    const root = { pa: '0x41400000', entries: [[1, '0x41402003']] };
    const lost = { pa: '0x41405000', entries: [] };
    const problems = (tables: unknown[], more: object = machine) => {
      const read = readScenario({ machine: { mmu: 'stage2', ...more }, tables, run: [] });
      return 'problems' in read ? read.problems.map(({ message }) => message) : [];
    };
    assert.deepEqual(problems([root, lost]), ['no entry leads to this table']);
    assert.deepEqual(problems([root, root]), ['this table is there twice']);
    assert.deepEqual(problems([root], { kernel: '6.12' }), ['tables are stated, but no root']);
    assert.deepEqual(stage2Problems({ kernel: '6.12', root: '0x1' }).length, 1);
  });

  it('stops where a walk goes to a table that nobody showed', () => {
    const scenario = readScenario({
      machine: { mmu: 'stage2', ...machine },
      tables: [{ pa: '0x41400000', entries: [[1, '0x41402003']] }],
      run: [{ do: 'unmap', ipa: '0x40200000' }],
    });
    assert.ok(!('problems' in scenario));
    const session = stage2Session(scenario);
    session.runToEnd();
    assert.match(session.machine.stopped!.text, /the table at 0x41402000 is not part/);
  });

  const folder = sharedPlace('external', 'qemu-arm64');
  if (folder !== undefined) {
    it('begins with a dump’s tables, which map as QEMU says', () => {
      const image = JSON.parse(readFileSync(`${folder}/qemu-arm64-s2-4k-1.json`, 'utf8')) as {
        registers: Record<string, string>;
        gva2gpa: { va: string; answer: string }[];
      };
      const word = (name: string) => BigInt(image.registers[name]!);
      const walk = stage2Walk({ vttbr: word('VTTBR_EL2'), vtcr: word('VTCR_EL2') });
      assert.ok(!('problem' in walk));
      const { shape, root } = walk;
      const made = scenarioFromMemory({
        memory: new TextIndex(readFileSync(`${folder}/qemu-arm64-s2-4k-1.xp`)).memory,
        format: 'arm64-s2',
        levels: shape.levels,
        kernel: '6.12',
        cpu: shape.cpu,
        shape: { cpu: shape.cpu, addressBits: shape.inputBits! },
        roots: [{ pa: Number(root), asId: 0 }],
        source: 'qemu-arm64-s2-4k-1.xp',
        assumed: [],
      });
      assert.ok(!('problem' in made), 'problem' in made ? made.problem : '');
      const scenario = readScenario(JSON.parse(scenarioText(made.json)));
      if ('problems' in scenario) assert.fail(JSON.stringify(scenario.problems));
      assert.ok(scenario.plan instanceof Stage2Plan);
      const begun = scenario.plan.build();
      let mapped = 0;
      for (const { va, answer } of image.gva2gpa) {
        const expected = /0x[0-9a-f]+/.exec(answer)?.[0];
        if (expected === undefined) continue;
        const { entry, level } = begun.lookup(Number(va));
        const offset = Number(va) % begun.geometry.size(level);
        assert.equal(begun.descriptors.address(entry) + offset, Number(expected), va);
        mapped++;
      }
      console.log(`      ${mapped} of ${mapped} that are mapped`);
    });
  }

  it('says why there is none', () => {
    const memory = new TextIndex('').memory;
    const given = {
      memory,
      format: 'arm64-s2',
      levels: 3,
      kernel: '6.12',
      cpu: {},
      shape: { cpu: {}, addressBits: 40 },
      roots: [{ pa: 0x41400000, asId: 0 }],
      source: 'nothing',
      assumed: [],
    };
    const problem = (changed: Partial<typeof given>): string => {
      const made = scenarioFromMemory({ ...given, ...changed });
      return 'problem' in made ? made.problem : '';
    };
    assert.match(problem({}), /^Nothing of the root table is known/);
    assert.match(problem({ levels: 4 }), /KVM makes 3 levels for 40-bit IPAs/);
    assert.match(problem({ roots: [{ pa: 0x41401000, asId: 0 }] }), /not aligned to its 2 tables/);
    assert.match(problem({ kernel: 'six' }), /no kernel version/);
    assert.equal(stage2Scenario({ kernel: '6.12' }).steps.length, 0);
  });
});
