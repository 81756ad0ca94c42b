import type { Access } from './access-answer';

const accessedBit = 1n << 5n;
const dirtyBit = 1n << 6n;

/**
 * The access a CPU makes of its own to an x86 guest's table entry on the way to another access: a
 * read, or a write where it must set the entry's accessed or dirty flag.
 * @param access the access that the guest's instruction makes.
 * @param entry the guest's entry as it stands.
 * @param leaf the entry maps the page (a dirty flag is set there only).
 * Source: SDM vol. 3A "Accessed and Dirty Flags".
 */
export function guestTableAccess(access: Access, entry: bigint, leaf: boolean): Access {
  const setsAccessed = (entry & accessedBit) === 0n;
  const setsDirty = leaf && access.type === 'write' && (entry & dirtyBit) === 0n;
  return { ...access, guestTable: true, type: setsAccessed || setsDirty ? 'write' : 'read' };
}
