import assert from 'node:assert/strict';

import { printRole, roleFields } from '../../../../src-core/kvm/role';
import { ShadowWalk } from '../../../../src-core/sim/shadow/shadow-walk';
import { capturedGuests, type CapturedLeaf } from './captured-guests';
import { shadowScenario, ShadowVm } from './shadow-vm';

/** Bits that tell what was used and written when, not how the entry was made: accessed, dirty. */
const usage = 0x60n;
const writeBit = 2n;
/** The slot whose writes were logged; its frames are write-protected as the log was taken. */
const logged = 'dirty';

/** The shadow leaf of an address, as the machine has it. */
function leafOf(vm: ShadowVm, gva: string): { spte: bigint; level: number } {
  const walk = new ShadowWalk(vm.machine, Number(BigInt(gva) & 0xffff_ffff_ffffn));
  let found = { spte: walk.spte, level: walk.level };
  while (walk.next()) found = { spte: walk.spte, level: walk.level };
  return found;
}

/** Lets the guest go where KVM's shadow had a leaf, with logging as the captures' scripts had it. */
function replay(vm: ShadowVm, cr3: string, leaves: readonly CapturedLeaf[]): void {
  const isSmall = ({ memslot, level }: CapturedLeaf): boolean => memslot === logged && level === 1;
  const small = leaves.filter(isSmall);
  const [first] = small;
  for (const leaf of leaves) if (!isSmall(leaf)) vm.run({ do: 'access', gva: leaf.gva });
  vm.run({ do: 'access', gva: first!.gva });
  const slot = vm.machine.slotOf(Number(first!.guestGpa / 4096n))!;
  vm.run({ do: 'dirty-log', slot: slot.setup.id, on: true });
  // A write under logging takes the huge mapping apart.
  vm.run({ do: 'access', gva: first!.gva, access: 'write' });
  for (const { gva } of small) vm.run({ do: 'access', gva });
  // The guest's tables that it could write unseen are write-protected again.
  vm.run({ do: 'load-cr3', cr3 });
}

describe('guests that a real KVM shadowed', () => {
  for (const { name, cr3, scenario, leaves, pages } of capturedGuests()) {
    it(`${name}: ${leaves.length} of ${leaves.length} leaves come out as KVM made them`, () => {
      const vm = new ShadowVm(shadowScenario(scenario));
      replay(vm, cr3, leaves);
      for (const { gva, level, spte, memslot } of leaves) {
        const made = leafOf(vm, gva);
        const free = usage | (memslot === logged && level === 1 ? writeBit : 0n);
        assert.equal(made.level, level, gva);
        assert.equal(
          `0x${(made.spte & ~free).toString(16)}`,
          `0x${(spte & ~free).toString(16)}`,
          `${gva} in slot ${memslot ?? 'none'}`,
        );
      }
    });

    it(`${name}: shadow pages have the frames and roles of its trace`, () => {
      const vm = new ShadowVm(shadowScenario(scenario));
      replay(vm, cr3, leaves);
      const { roles } = vm.machine.kind;
      const made = [...vm.machine.pages.all()].map(
        ({ gfn, role }) => `gfn ${gfn.toString(16)} ${printRole(roleFields(role, roles), roles)}`,
      );
      assert.ok(made.length >= 10);
      const others = made.filter((page) => !pages.has(page));
      assert.deepEqual(others, []);
    });
  }
});
