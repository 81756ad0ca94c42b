import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { Machine } from '../../../src-core/sim/machine';
import { mmuModels } from '../../../src-core/sim/mmu-models';
import { readScenario } from '../../../src-core/sim/scenario';
import { scenarioSchema } from '../../../src-core/sim/scenario-schema';
import { simulate } from '../../../src-core/sim/simulate';
import { guestMemory, results, scenario, sessionOf } from './small-machine';

/** Places of the problems. */
function problemsOf(json: unknown): string[] {
  const read = readScenario(json);
  return 'problems' in read ? read.problems.map(({ pointer }) => pointer) : [];
}

const machine = { kernel: '6.1' };
const slots = [guestMemory];
const everyOperation = mmuModels.flatMap(({ operations }) => operations);

/** The parts of the schema that are looked at. */
interface OperationsSchema {
  readonly properties: { readonly do: { readonly enum: string[] } };
  readonly allOf: readonly {
    readonly if: { readonly properties: { readonly do: { readonly const: string } } };
    readonly then: { readonly properties: Record<string, unknown> };
  }[];
}

interface ModelSchema {
  readonly then?: ModelSchema;
  readonly else?: ModelSchema;
  readonly properties?: { readonly machine: { readonly properties: Record<string, unknown> } };
}

/** Names of `machine` that the schema knows, kind of machine by kind, the first kind's last. */
function machineNames(schema: ModelSchema): string[][] {
  const own = (schema.then ?? schema).properties!.machine.properties;
  return [Object.keys(own), ...(schema.else ? machineNames(schema.else) : [])];
}

describe('scenarios', () => {
  it('name what cannot be at its place, and nothing runs', () => {
    const rows: [string, unknown, string[]][] = [
      ['no object', 7, ['', '/machine', '/machine/kernel']],
      ['no kernel', {}, ['/machine', '/machine/kernel']],
      ['no version', { machine: { kernel: 'new' } }, ['/machine/kernel']],
      ['too old', { machine: { kernel: '4.19' } }, ['/machine/kernel']],
      ['format', { machine: { ...machine, format: 'pae' } }, ['/machine/format']],
      ['levels', { machine: { ...machine, levels: 3 } }, ['/machine/levels']],
      ['unknown name', { machine: { ...machine, kernal: 1 } }, ['/machine/kernal']],
      ['CPU fact', { machine: { ...machine, cpu: { maxphyadr: 46 } } }, ['/machine/cpu']],
      ['table address', { machine: { ...machine, firstTable: '0x123' } }, ['/machine/firstTable']],
      ['slot size', { machine, slots: [{ ...guestMemory, pages: 0 }] }, ['/slots/0/pages']],
      [
        'slots overlap',
        { machine, slots: [guestMemory, { ...guestMemory, id: 1, gfn: '0xfff' }] },
        ['/slots/1/gfn'],
      ],
      [
        'slot twice',
        { machine, slots: [guestMemory, { ...guestMemory, gfn: '0x8000' }] },
        ['/slots/1/id'],
      ],
      ['operation', { machine, run: [{ do: 'zap' }] }, ['/run/0/do']],
      [
        'not yet',
        { machine: { kernel: '5.17' }, slots, run: [{ do: 'split', slot: 0 }] },
        ['/run/0/do'],
      ],
      ['gone', { machine: { kernel: '5.15' }, run: [{ do: 'zap-leafs' }] }, ['/run/0/do']],
      ['lock', { machine, run: [{ do: 'zap-range', lock: 'shared' }] }, ['/run/0/lock']],
      ['level', { machine, run: [{ do: 'fault', gfn: '0x0', maxLevel: 4 }] }, ['/run/0/maxLevel']],
      ['GFN', { machine, run: [{ do: 'fault', gfn: '0x1000000000' }] }, ['/run/0/gfn']],
      ['slot', { machine, slots, run: [{ do: 'split', slot: 3 }] }, ['/run/0/slot']],
      ['range', { machine, run: [{ do: 'age', start: '0x5', end: '0x5' }] }, ['/run/0/end']],
      [
        'parameter',
        { machine, run: [{ do: 'fault', gfn: '0x0', acces: 'write' }] },
        ['/run/0/acces'],
      ],
      [
        'moment',
        { machine, run: [{ do: 'zap-all', yields: [{ after: 0 }] }] },
        ['/run/0/yields/0/after'],
      ],
      [
        'injection',
        { machine, run: [{ do: 'zap-all', inject: [{ after: 3, do: 'fault', gfn: 'x' }] }] },
        ['/run/0/inject/0/gfn'],
      ],
      ['root', { machine, roots: [{ pa: '0x1000' }] }, ['/roots/0/pa']],
      ['tables without root', { machine, tables: [{ pa: '0x1000', entries: [] }] }, ['/roots']],
      [
        'entry',
        { machine, tables: [{ pa: '0x1000', entries: [[512, '0x0']] }], roots: [{ pa: '0x1000' }] },
        ['/tables/0/entries/0/0'],
      ],
    ];
    for (const [what, json, places] of rows) assert.deepEqual(problemsOf(json), places, what);
  });

  it('five levels reach further', () => {
    const far = { do: 'fault', gfn: '0x1000000000' };
    assert.deepEqual(problemsOf({ machine: { ...machine, levels: 5 }, run: [far] }), []);
  });

  it('take over tables: a dump goes on from where it was', () => {
    const session = sessionOf(
      scenario({
        machine: { kernel: '6.1', firstTable: '0x1000' },
        slots,
        tables: [
          { pa: '0x1000', entries: [[0, '0x2907']] },
          { pa: '0x2000', entries: [[0, '0x3907']] },
          { pa: '0x3000', entries: [[1, '0x600000010200bf7']] },
        ],
        roots: [{ pa: '0x1000' }],
        run: [
          { do: 'access', gfn: '0x205', access: 'write' },
          { do: 'fault', gfn: '0x5', maxLevel: 1 },
        ],
      }),
    );
    assert.deepEqual(
      [session.machine.counters.get('mmuPages'), session.machine.counters.get('mappings2m')],
      [3, 1],
    );
    session.runToEnd();
    assert.deepEqual(results(session.machine), ['done by the CPU alone', 'fixed']);
    // The allocator passes over addresses that are taken.
    assert.ok(session.machine.pages.get(0x4000));
  });

  it('state table addresses in the order they are handed out', () => {
    const given = scenario({
      machine: { ...machine, tableAddresses: ['0x7000', '0x3000'], firstTable: '0x9000' },
      slots,
      run: [{ do: 'fault', gfn: '0x3', maxLevel: 1 }],
    });
    const result = simulate(given);
    assert.ok(!('problem' in result) && result.machine instanceof Machine);
    const addresses = [...result.machine.pages.all()].map(({ table }) => table.pa);
    assert.deepEqual(addresses, [0x7000, 0x3000, 0x9000, 0xa000]);
  });

  it('have a schema that knows every kind of machine, operation and parameter', () => {
    const schema = JSON.parse(JSON.stringify(scenarioSchema())) as ModelSchema & {
      readonly definitions: Readonly<Record<string, OperationsSchema>>;
    };
    for (const model of mmuModels) {
      const { properties, allOf } = schema.definitions[`${model.mmu}-operation`]!;
      assert.deepEqual(
        properties.do.enum,
        model.operations.map(({ name }) => name),
      );
      for (const [number, { name, parameters }] of model.operations.entries()) {
        const rule = allOf[number]!;
        assert.equal(rule.if.properties.do.const, name);
        assert.deepEqual(Object.keys(rule.then.properties), Object.keys(parameters));
      }
    }
    const known = machineNames(schema).reverse();
    assert.equal(known.length, mmuModels.length);
    for (const [number, { mmu }] of mmuModels.entries()) {
      const all = Object.fromEntries(known[number]!.map((name) => [name, null]));
      const complaints = problemsOf({ machine: { ...all, kernel: '6.1', mmu } });
      assert.deepEqual(complaints, [], `the reader of ${mmu} knows the same names`);
    }
  });

  it('are described in docs/simulator.md: every operation, and an example that runs', () => {
    const text = readFileSync('docs/simulator.md', 'utf8');
    for (const { name } of everyOperation) assert.ok(text.includes(`\`${name}\``), name);
    const example: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)![1]!);
    const result = simulate(scenario(example as Record<string, unknown>));
    assert.ok(!('problem' in result) && result.stop === null);
  });

  it('every operation has a name of its own, a title and a source', () => {
    for (const { operations } of mmuModels) {
      assert.equal(new Set(operations.map(({ name }) => name)).size, operations.length);
    }
    for (const { name, title, summary, source } of everyOperation) {
      assert.match(name, /^[a-z]+(-[a-z0-9]+)*$/);
      assert.ok(title !== '' && summary.endsWith('.') && source !== '', name);
    }
  });
});
