import assert from 'node:assert/strict';
import fc from 'fast-check';

import { parseKernelVersion } from '../../../../src-core/kvm/kernel-version';
import { Journal } from '../../../../src-core/sim/journal';
import {
  descsOf,
  entriesOf,
  headWord,
  type PteListHead,
  PteLists,
} from '../../../../src-core/sim/shadow/pte-list';
import { pteListFormOf, pteListForms } from '../../../../src-core/sim/shadow/pte-list-form';

/** facts/x86-kvm.md, 18.1: descriptors by kernel. */
const layouts = [
  { kernels: ['5.4', '5.10', '5.14'], capacity: 3, bytes: 32, at: { 'sptes[3]': 0, more: 24 } },
  {
    kernels: ['5.15', '6.1', '6.3'],
    capacity: 14,
    bytes: 128,
    at: { more: 0, spte_count: 8, 'sptes[14]': 16 },
  },
  {
    kernels: ['6.4', '6.12', '7.1'],
    capacity: 14,
    bytes: 128,
    at: { more: 0, spte_count: 8, tail_count: 12, 'sptes[14]': 16 },
  },
] as const;

interface Lists {
  readonly lists: PteLists;
  readonly head: PteListHead;
  /** Descriptors in use. */
  readonly used: () => number;
}

function listsOf(kernel: string): Lists {
  let [next, used] = [0x1000, 0];
  const descs = {
    take: () => (used++, (next += 128)),
    giveBack: () => {
      used--;
    },
  };
  const form = pteListFormOf(parseKernelVersion(kernel)!)!;
  const lists = new PteLists(form, new Journal(false), descs);
  return { lists, head: { chain: null }, used: () => used };
}

const spte = (number: number): number => 0x10_0000 + 8 * number;
const shape = (head: PteListHead): number[] => descsOf(head).map(({ sptes }) => sptes.length);

describe('lists of entries (pte_list_desc)', () => {
  it('have each kernel’s layout', () => {
    for (const { kernels, capacity, bytes, at } of layouts) {
      for (const kernel of kernels) {
        const form = pteListFormOf(parseKernelVersion(kernel)!)!;
        assert.deepEqual([form.capacity, form.descBytes], [capacity, bytes], kernel);
        assert.deepEqual(
          Object.fromEntries(form.members.map(({ name, offset }) => [name, offset])),
          at,
          kernel,
        );
      }
    }
    assert.equal(pteListForms.length, layouts.length);
  });

  for (const kernel of ['5.10', '6.1', '6.4']) {
    it(`v${kernel}: nothing, a plain pointer, a descriptor; a shrunk list keeps its descriptor`, () => {
      const { lists, head, used } = listsOf(kernel);
      assert.equal(headWord(head), 0n);
      assert.equal(lists.add(head, spte(1)), 0);
      assert.equal(headWord(head), BigInt(spte(1)), 'bit 0 clear: the only entry');
      assert.equal(lists.add(head, spte(2)), 1);
      assert.equal(headWord(head) & 1n, 1n);
      assert.deepEqual(entriesOf(head), [spte(1), spte(2)], 'old and new, in that order');
      assert.ok(lists.remove(head, spte(1)));
      assert.deepEqual([shape(head), used()], [[1], 1], 'the descriptor stays');
      assert.ok(lists.remove(head, spte(2)));
      assert.deepEqual([headWord(head), used()], [0n, 0]);
      assert.equal(lists.remove(head, spte(2)), false, 'where the kernel would stop');
    });
  }

  it('v5.14 grows at the tail and fills holes from the same descriptor', () => {
    const { lists, head, used } = listsOf('5.14');
    for (let number = 0; number < 7; number++) assert.equal(lists.add(head, spte(number)), number);
    assert.deepEqual(shape(head), [3, 3, 1]);
    assert.deepEqual(entriesOf(head), [0, 1, 2, 3, 4, 5, 6].map(spte));
    lists.remove(head, spte(0));
    assert.deepEqual(descsOf(head)[0]!.sptes, [spte(2), spte(1)], 'the last of the same one');
    lists.add(head, spte(7));
    assert.deepEqual(descsOf(head)[0]!.sptes, [spte(2), spte(1), spte(7)], 'the first free place');
    for (const number of [3, 4, 5]) lists.remove(head, spte(number));
    assert.deepEqual([shape(head), used()], [[3, 1], 2], 'the empty one in the middle is unlinked');
    for (const number of [1, 2, 7]) lists.remove(head, spte(number));
    assert.deepEqual([shape(head), headWord(head) & 1n], [[1], 1n], 'the next becomes the head');
  });

  it('v6.4 puts a new head in front, knows what is behind it, and fills holes from the head', () => {
    const { lists, head } = listsOf('6.4');
    for (let number = 0; number < 30; number++) {
      assert.equal(lists.add(head, spte(number)), number);
    }
    assert.deepEqual(shape(head), [2, 14, 14]);
    assert.deepEqual(
      descsOf(head).map(({ tailCount }) => tailCount),
      [28, 14, 0],
    );
    lists.remove(head, spte(0));
    const last = descsOf(head).at(-1)!;
    assert.deepEqual([shape(head), last.sptes[0]], [[1, 14, 14], spte(29)]);
    lists.remove(head, spte(1));
    assert.deepEqual(shape(head), [14, 14], 'an emptied head is freed');
  });

  it('v6.1 grows at the tail, 14 at a time', () => {
    const { lists, head } = listsOf('6.1');
    for (let number = 0; number < 30; number++) lists.add(head, spte(number));
    assert.deepEqual(shape(head), [14, 14, 2]);
    lists.remove(head, spte(0));
    assert.deepEqual(descsOf(head)[0]!.sptes[0], spte(13));
    assert.deepEqual(shape(head), [13, 14, 2]);
  });

  it('hold what was put in, whatever the order', () => {
    const kernels = fc.constantFrom('4.19', '5.14', '5.15', '6.3', '6.4', '7.1');
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(40)), { maxLength: 200 });
    fc.assert(
      fc.property(kernels, steps, (kernel, list) => {
        const { lists, head, used } = listsOf(kernel);
        const model = new Set<number>();
        for (const [adds, number] of list) {
          if (adds && !model.has(number)) {
            assert.equal(lists.add(head, spte(number)), model.size);
            model.add(number);
          } else if (!adds) {
            assert.equal(lists.remove(head, spte(number)), model.delete(number));
          }
          assert.deepEqual(new Set(entriesOf(head)), new Set([...model].map(spte)));
          assert.equal(used(), descsOf(head).length, 'no descriptor leaks');
        }
      }),
      { numRuns: 60 },
    );
  });
});
