import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { roleFields } from '../../../../src-core/kvm/role';
import { spteIndex } from '../../../../src-core/sim/shadow/mmu-page';
import { shadowKind, type ShadowKind } from '../../../../src-core/sim/shadow/shadow-form';
import { ShadowWalk } from '../../../../src-core/sim/shadow/shadow-walk';
import { roleOfChild, rootRole, vcpuRole } from '../../../../src-core/sim/shadow/shadow-roles';
import { goldenChildRoles } from '../../../golden/role';
import { shadowScenario, ShadowVm } from './shadow-vm';

function kindOf(kernel: string, guest: '32' | 'pae' | '64' = '32'): ShadowKind {
  const kind = shadowKind(kernel, guest, {});
  assert.ok(!('problem' in kind));
  return kind;
}

/** facts/x86-kvm.md, 17.3: where a 32-bit guest's addresses lie in its shadow. */
const worked = [
  { gva: 0x0, root: 0, directory: 0, quadrant: 0, entry: 0, guestEntry: 0 },
  { gva: 0x20_0000, root: 0, directory: 1, quadrant: 1, entry: 0, guestEntry: 512 },
  { gva: 0x3f_f000, root: 0, directory: 1, quadrant: 1, entry: 511, guestEntry: 1023 },
  { gva: 0x40_0000, root: 0, directory: 2, quadrant: 0, entry: 0, guestEntry: 0 },
  { gva: 0xbfe0_1000, root: 2, directory: 511, quadrant: 1, entry: 1, guestEntry: 513 },
  { gva: 0xc000_0000, root: 3, directory: 0, quadrant: 0, entry: 0, guestEntry: 0 },
  { gva: 0xffff_ffff, root: 3, directory: 511, quadrant: 1, entry: 511, guestEntry: 1023 },
] as const;

/** Kernels before and after the quadrant came from the entry's index. */
const kernels = ['5.10', '5.16', '5.17', '5.19', '6.0', '6.1', '6.12', '7.1', '7.2'];

function quadrantVm(kernel: string): ShadowVm {
  const file = 'samples/scenarios/shadow-quadrants.pagewalk.json';
  const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const machine = { ...(json['machine'] as object), kernel };
  return new ShadowVm(shadowScenario({ ...json, machine, run: [] }));
}

describe('roles and quadrants on the machine', () => {
  for (const kernel of kernels) {
    it(`v${kernel}: the worked addresses of a 32-bit guest`, () => {
      const vm = quadrantVm(kernel);
      for (const row of worked) {
        vm.run({ do: 'access', gva: `0x${row.gva.toString(16)}` });
        const { machine } = vm;
        const walk = new ShadowWalk(machine, row.gva);
        assert.equal(machine.state.roots.indexOf(walk.page), row.root);
        assert.equal(walk.page!.quadrant, row.root);
        assert.equal(walk.index, row.directory);
        assert.equal(spteIndex(walk.page!.table.pa + 8 * walk.index), row.directory);
        walk.next();
        assert.deepEqual(
          [walk.level, walk.page!.quadrant, walk.index],
          [1, row.quadrant, row.entry],
        );
        // Level 1: the guest's index is the shadow's and 512 for the upper quadrant.
        assert.equal(walk.index + 512 * walk.page!.quadrant, row.guestEntry);
      }
      // Each guest table is in quadrants of its own; 0x0 and 0xc0000000 share theirs.
      assert.equal(vm.machine.counters.get('mmu_pages'), 4 + 5);
    });
  }

  it('v6.0 and later: children as the kernel’s own code made them', () => {
    let compared = 0;
    for (const { read } of goldenChildRoles) {
      for (const vector of read().vectors) {
        const kind = kindOf('6.1');
        const parent = BigInt(vector.parent_role);
        const role = roleOfChild(kind, parent, {
          index: vector.index,
          level: Number(parent & 0xfn),
          gva: 0,
          direct: vector.direct,
          access: vector.access,
        });
        assert.equal(role, BigInt(vector.child_role));
        compared++;
      }
    }
    assert.ok(compared > 0);
  });

  it('up to v5.19: quadrants from the address as the kernel’s own code had them', () => {
    let compared = 0;
    for (const { read } of goldenChildRoles) {
      for (const { guest_address: address, level, quadrant } of read().legacy_vectors) {
        for (const kernel of ['5.10', '5.18']) {
          const kind = kindOf(kernel);
          const root = rootRole(kind, vcpuRole(kind, { cr0Wp: true }), 0);
          const gva = Number(address);
          const wanted = { index: 0, level: level + 1, gva, direct: false, access: 7 };
          const fields = roleFields(roleOfChild(kind, root, wanted), kind.roles);
          assert.equal(fields['quadrant'], quadrant, `${address} level ${level}`);
        }
        compared++;
      }
    }
    assert.ok(compared > 0);
  });

  it('have the words of the facts and of captured traces', () => {
    // 17.2: the upper half of a 32-bit guest's table, v5.19 and later.
    const kind = kindOf('6.1');
    const root = rootRole(kind, vcpuRole(kind, { cr0Wp: true }), 2);
    assert.equal(root, 0x3752n, 'l2 4-byte q2 wux nxe ad');
    const child = { index: 1, level: 2, gva: 0x20_0000, direct: false, access: 7 };
    assert.equal(roleOfChild(kind, rootRole(kind, root, 0), child), 0x3731n);
    // 17.1: bit 4 turned round in v5.17.
    const old = kindOf('5.10');
    const oldRoot = rootRole(old, vcpuRole(old, { cr0Wp: true }), 2);
    assert.equal(oldRoot, 0x3742n);
    // A direct page says 8-byte entries until v5.16, and no longer since.
    const direct = { ...child, direct: true, access: 3 };
    assert.equal(roleFields(roleOfChild(old, oldRoot, direct), old.roles)['gpte_is_8_bytes'], 1);
    const now = roleFields(roleOfChild(kind, root, direct), kind.roles);
    assert.deepEqual([now['has_4_byte_gpte'], now['quadrant']], [1, 1]);
  });

  it('PAE: four roots for four pointers, absent ones left out, quadrant 0', () => {
    const vm = new ShadowVm(
      shadowScenario({
        machine: { kernel: '7.1', guest: 'pae', cr3: '0x10000' },
        slots: [{ id: 0, gfn: '0x0', pages: 0x400, pfn: '0x10000' }],
        guestTables: [
          {
            pa: '0x10000',
            entries: [
              [0, '0x11001'],
              [3, '0x12001'],
            ],
          },
          { pa: '0x11000', entries: [[0, '0x13027']] },
          { pa: '0x12000', entries: [[511, '0x13027']] },
          { pa: '0x13000', entries: [[0, '0x67', 512]] },
        ],
        run: [],
      }),
    );
    assert.equal(
      vm.run({ do: 'access', gva: '0xffe03000', access: 'write' }),
      'done after 1 fault',
    );
    const { roots } = vm.machine.state;
    assert.deepEqual(
      roots.map((root) => (root ? [root.gfn, root.level, root.quadrant] : null)),
      [[0x11, 2, 0], null, null, [0x12, 2, 0]],
    );
    const paeRoot = vm.machine.paeRoot!;
    // 11.2: address and present, nothing else; unused ones are 0.
    assert.deepEqual(
      [0, 1, 2, 3].map((index) => paeRoot.entry(index)),
      [BigInt(roots[0]!.table.pa) | 1n, 0n, 0n, BigInt(roots[3]!.table.pa) | 1n],
    );
    assert.match(vm.run({ do: 'access', gva: '0x40000000' }), /^#PF/);
  });
});
