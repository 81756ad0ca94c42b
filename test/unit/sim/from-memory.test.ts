import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { frameNumber } from '../../../src-core/kvm/spte';
import type { WordSource } from '../../../src-core/memory/word-source';
import { scenarioFromMemory, scenarioText } from '../../../src-core/sim/from-memory';
import { readScenario } from '../../../src-core/sim/scenario';
import { pagesAtLevel } from '../../../src-core/sim/table-page';
import { TextIndex } from '../../../src-core/text/index';
import { joinHalves } from '../../../src-core/word';
import { type Capture, captures } from '../../golden/captures';
import { sharedPlace } from '../../golden/places';
import { complaints, sessionOf } from './small-machine';

type Given = Parameters<typeof scenarioFromMemory>[0];

/** The scenario of some tables, written and read again. */
function begin(given: Given, run: readonly Record<string, unknown>[] = []) {
  const made = scenarioFromMemory(given);
  if ('problem' in made) assert.fail(made.problem);
  const json = JSON.parse(scenarioText(made.json)) as Record<string, unknown>;
  const read = readScenario({ ...json, run });
  if ('problems' in read) assert.fail(JSON.stringify(read.problems));
  const session = sessionOf(read);
  return { json, session, machine: session.machine };
}

const sample = new TextIndex(readFileSync('samples/npt-6.1.xp', 'utf8'), 'npt-6.1.xp');
const fromSample: Given = {
  memory: sample.memory,
  format: 'npt64',
  levels: 4,
  kernel: '6.1',
  cpu: {},
  roots: [{ pa: 0x1_03b3_0000, asId: 0 }],
  source: 'npt-6.1.xp',
  assumed: [],
};

/** Tables as a memory. */
function memoryOf(tables: ReturnType<Capture['tables']>): WordSource {
  const pages = new Map(tables.map(({ hpa, words }) => [BigInt(hpa), words]));
  return {
    readWord(address) {
      const words = pages.get(address & ~0xfffn);
      const half = Number(address & 0xfffn) / 4;
      return words && joinHalves(words[half]!, words[half + 1]!);
    },
  };
}

/** What KVM itself counted, and what an independent walk did where KVM does not count. */
interface Counted {
  readonly roots: readonly { readonly table_pages: number }[];
  readonly kvm_counters?: Readonly<Record<string, number>>;
  readonly leaf_counts_by_walk: Readonly<Record<string, number>>;
}

function leavesOf({ kvm_counters: counters = {}, leaf_counts_by_walk: walked }: Counted) {
  const sizes = ['pages_4k', 'pages_2m', 'pages_1g'];
  return sizes.map((name, at) => counters[name] ?? walked[`level ${at + 1}`] ?? 0);
}

describe('a scenario from a memory', () => {
  it('goes on from where the tables of a dump are', () => {
    // The README of the captures: 28 tables, 1,165 leaves of 4 KiB, 9 of 2 MiB, 1 of 1 GiB.
    const { machine } = begin(fromSample);
    const { mmu_pages, mappings_4k, mappings_2m, mappings_1g } = machine.report().counters;
    assert.deepEqual([mmu_pages, mappings_4k, mappings_2m, mappings_1g], [28, 1165, 9, 1]);
  });

  it('says what is a guess', () => {
    const { about } = begin(fromSample).json as { about: string };
    assert.match(about, /slots are a guess/);
    assert.match(about, /generation is the newest/);
  });

  it('stops where a walk goes to a table that nobody showed', () => {
    const two = new TextIndex(readFileSync('samples/npt-6.1.two-tables.gdb.ptedump', 'utf8'), '');
    const { session, machine, json } = begin({ ...fromSample, memory: two.memory }, [
      { do: 'access', gfn: '0x1' },
    ]);
    assert.match((json as { about: string }).about, /tables are not known/);
    session.runToEnd();
    assert.equal(machine.stopped?.kind, 'unknown');
    assert.match(machine.stopped.text, /^the table at 0x[0-9a-f]+ is not part of this machine$/);
    assert.equal(complaints(machine).length, 1);
    assert.ok(session.back());
  });

  it('tells why there is none', () => {
    const rows: [Partial<Given>, RegExp][] = [
      [{ format: 'guest64' }, /^Only tables of KVM’s TDP MMU/],
      [{ levels: 3 }, /^Only tables of KVM’s TDP MMU/],
      [{ kernel: '4.19' }, /^Linux 4.19 has no TDP MMU/],
      [{ roots: [{ pa: 0x7000_0000, asId: 0 }] }, /^Nothing of the root table is known/],
    ];
    for (const [changed, expected] of rows) {
      const made = scenarioFromMemory({ ...fromSample, ...changed });
      assert.match('problem' in made ? made.problem : '', expected);
    }
  });
});

describe('scenarios from captures', () => {
  const wanted = captures().filter(
    ({ format, kernel }) => /^(ept|npt)/.test(format) && !kernel.startsWith('5.4'),
  );
  for (const { run, kernel, format, tables, translations } of wanted) {
    it(`${run}: counters, every translation, every frame`, () => {
      const pages = tables();
      const levels = Math.max(...pages.map(({ level }) => level));
      const root = Number(pages.find(({ level }) => level === levels)!.hpa);
      const { machine } = begin({
        ...fromSample,
        memory: memoryOf(pages),
        format,
        levels,
        kernel,
        roots: [{ pa: root, asId: 0 }],
      });
      const meta = sharedPlace('captures', 'x86', run, 'meta.json')!;
      const counted = JSON.parse(readFileSync(meta, 'utf8')) as Counted;
      const { counters } = machine;
      assert.deepEqual(
        [counters.get('mappings4k'), counters.get('mappings2m'), counters.get('mappings1g')],
        leavesOf(counted),
      );
      assert.equal(counters.get('mmuPages'), counted.roots[0]!.table_pages);
      const [loaded] = machine.rootsOf(0, 'valid');
      for (const { status, path: way, ...said } of translations()) {
        const [level, , , entry] = way.at(-1)!;
        const gfn = Number(BigInt(said.gpa!) >> 12n);
        const found = machine.lookup(loaded!, gfn);
        assert.deepEqual([found.level, found.spte], [level, BigInt(entry)], said.gpa);
        if (status !== 'mapped') continue;
        assert.equal(BigInt(machine.slotOf(gfn, 0)!.pfnOf(gfn)), BigInt(said.hpa!) >> 12n);
        const offset = BigInt(gfn % pagesAtLevel[level]!);
        assert.equal(
          frameNumber(machine.kind.masks, found.spte) + offset,
          BigInt(said.hpa!) >> 12n,
        );
      }
    });
  }
});
