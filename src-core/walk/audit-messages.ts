import type { HardwareFormatName, Permissions } from '../paging/format';
import { formatWord } from '../word';

/** Where mappings of one frame with different memory types are ruled out. */
const typeSources: Readonly<Record<HardwareFormatName, string>> = {
  'x86-64': 'SDM vol. 3A 13.12.4',
  pae: 'SDM vol. 3A 13.12.4',
  'x86-32': 'SDM vol. 3A 13.12.4',
  ept: 'SDM vol. 3A 13.12.4, 3C 30.3.7.2',
  npt: 'APM vol. 2 7.8.5, 15.25.8',
  'arm64-stage1': 'DDI 0487 B2.16, mismatched memory attributes',
  'arm64-stage2': 'DDI 0487 B2.16, mismatched memory attributes',
};

/** Rights in short: `rwx`, a dash for each that is missing, `u` or `s` where users are told apart. */
export function rightsInShort({ read, write, execute, user, userExecute }: Permissions): string {
  const whole = [read ? 'r' : '-', write ? 'w' : '-', execute ? 'x' : '-'].join('');
  const forUser = user === null ? '' : user ? ' user' : ' supervisor';
  const alone = userExecute === undefined || userExecute === execute;
  return `${whole}${alone ? '' : userExecute ? ' (user may execute)' : ' (user may not execute)'}${forUser}`;
}

/** Whether somebody may write what somebody may run. */
export function writesAndExecutes({ write, execute, user, userExecute }: Permissions): boolean {
  return write && (execute || (user !== false && userExecute === true));
}

export function missingMessage(table: bigint): string {
  return `the table at ${formatWord(table)}, which this entry points at, is not in the memory given`;
}

export function cycleMessage(table: bigint, level: number): string {
  return `the table at ${formatWord(table)} points back to itself: this entry makes it a table of level ${level} once more. It is not followed`;
}

export function writeExecuteMessage(permissions: Permissions, leaves: number): string {
  const what = leaves === 1 ? 'the page' : `${leaves} pages`;
  return `${what} can be written and executed (${rightsInShort(permissions)} over the whole walk): whoever writes there decides what runs. Linux looks for such pages in its own tables (CONFIG_DEBUG_WX, ptdump)`;
}

/** Said once for a whole tree of KVM's: there it is the usual thing. */
export function usualWriteExecuteMessage(leaves: number): string {
  const what = leaves === 1 ? 'one page' : `${leaves} pages`;
  return `${what} of this tree can be written and executed, this one first. KVM maps a guest's memory so, and leaves it to the guest's own tables to say what may run`;
}

export function aliasRightsMessage(own: Permissions, theirs: Permissions, other: bigint): string {
  return `the same frame is mapped ${rightsInShort(own)} here and ${rightsInShort(theirs)} by the entry at ${formatWord(other)}: what one mapping forbids, the other allows`;
}

export function aliasTypeMessage(format: HardwareFormatName, other: bigint): string {
  return `the entry at ${formatWord(other)} maps the same frame with other memory-type bits: where that makes another type, accesses may see stale data or hang (${typeSources[format]})`;
}

/** Source: `kvm_mmu_reset_all_pte_masks()`, arch/x86/kvm/mmu/spte.c, v6.12. */
export function assumedWidthMessage(width: number): string {
  return `Nobody said how wide the CPU's addresses are: ${width} bits are assumed, since KVM outside EPT marks MMIO with bit 51 where that is reserved.`;
}
