import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { hardwareFormat, parseWord, tableGraph, whoMaps } from '../../../src-core/index';
import { captureTrees } from './capture-trees';
import { memoryOf } from './tables';

const x8664 = hardwareFormat('x86-64').compile({ levels: 4, cpu: {} });

interface Answer {
  readonly root: string;
  readonly status: string;
  readonly gpa?: string;
  readonly gva?: string;
  readonly hpa: string;
  readonly leaf_spte: string;
}

describe('who maps a physical address', () => {
  const words = [
    [0x1000n, 0x2007n],
    [0x1008n, 0x2007n],
    [0x2000n, 0x3007n],
    [0x3000n, 0x4005n],
    [0x4008n, 0x9007n],
    [0x3008n, 0x20_0083n],
  ] as const;
  const graph = tableGraph(memoryOf(words), x8664, 0x1000n);

  it('tells every way to a leaf, with the rights of the whole walk', () => {
    const { uses, more } = whoMaps(graph, 0x9abcn);
    assert.equal(more, false);
    assert.deepEqual(
      uses.map(({ kind, first, last, entryAddress }) => [kind, first, last, entryAddress]),
      [
        ['leaf', 0x1000n, 0x1fffn, 0x4008n],
        ['leaf', 0x80_0000_1000n, 0x80_0000_1fffn, 0x4008n],
      ],
    );
    assert.equal(uses[0]!.permissions?.write, false);
  });

  it('tells the entries that point at a table, and the root', () => {
    assert.deepEqual(
      whoMaps(graph, 0x2010n).uses.map(({ kind, level, entryAddress }) => [
        kind,
        level,
        entryAddress,
      ]),
      [
        ['table', 4, 0x1000n],
        ['table', 4, 0x1008n],
      ],
    );
    assert.deepEqual(
      whoMaps(graph, 0x1008n).uses.map(({ kind }) => kind),
      ['root'],
    );
  });

  it('finds large pages by any address in them, and stops where it is told', () => {
    assert.equal(whoMaps(graph, 0x3f_ffffn).uses[0]?.level, 2);
    const { uses, more } = whoMaps(graph, 0x3f_ffffn, 1);
    assert.deepEqual([uses.length, more], [1, true]);
  });

  it('knows nobody where nobody maps it', () => {
    assert.deepEqual(whoMaps(graph, 0xa000n), { uses: [], more: false });
  });
});

describe("who maps what captures' translations lead to", () => {
  for (const { run, memory, root, compiled } of captureTrees()) {
    it(`${run}, root 0x${root.toString(16)}: every mapped address is found again`, () => {
      const file = path.join('..', 'shared', 'captures', 'x86', run, 'translations.json');
      const answers = (JSON.parse(readFileSync(file, 'utf8')) as Answer[]).filter(
        (answer) => answer.status === 'mapped' && parseWord(answer.root) === root,
      );
      const graph = tableGraph(memory, compiled, root);
      for (const answer of answers) {
        const input = parseWord((answer.gpa ?? answer.gva)!)!;
        const { uses } = whoMaps(graph, parseWord(answer.hpa)!);
        const use = uses.find(({ first, last }) => first <= input && input <= last);
        assert.equal(use?.entry, parseWord(answer.leaf_spte), answer.gpa ?? answer.gva);
      }
    });
  }
});
