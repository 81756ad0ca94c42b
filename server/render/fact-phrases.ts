import type { FactValue, Facts } from '../../src-core/index';

/** A phrase for one fact of an entry; `undefined`: nothing to say. */
interface FactPhrase {
  readonly fact: string;
  readonly says: (value: FactValue, facts: Facts) => string | undefined;
}

/** Facts in the order in which a reader wants them; names as in the vector files. */
const phrases: readonly FactPhrase[] = [
  // KVM's rights: what the hardware may do now, and what KVM may grant without the lock.
  {
    fact: 'access_tracked',
    says: (tracked, facts) =>
      tracked === true
        ? `access-tracked: the CPU sees no rights until the next access restores ${savedRights(facts)}`
        : undefined,
  },
  {
    fact: 'perms',
    says: (rights, facts) =>
      facts.kind !== 'leaf' || facts.access_tracked === true || !isFacts(rights)
        ? undefined
        : rights.w === true
          ? 'writable now'
          : 'not writable now',
  },
  { fact: 'host_writable', says: either('host allows writing', 'host forbids writing') },
  { fact: 'mmu_writable', says: either('MMU allows writing', 'MMU forbids writing') },
  { fact: 'accessed', says: either('accessed', 'not accessed') },
  {
    fact: 'dirty',
    says: (dirty, facts) => `${dirty === true ? 'dirty' : 'clean'}${dirtyHow(facts.ad_type)}`,
  },
  { fact: 'hw_present', says: either('the CPU takes it for present', undefined) },
  { fact: 'special_root', says: either('root entry of a PAE tree', undefined) },
  // Memory type and attributes.
  {
    fact: 'memtype_name',
    says: (name, facts) =>
      `${memoryTypes[plain(name)] ?? plain(name)}${facts.ipat === true ? ', guest PAT ignored' : ''}`,
  },
  { fact: 'global', says: either('global', undefined) },
  {
    fact: 'protection_key',
    says: (key) => (key === 0 ? undefined : `protection key ${plain(key)}`),
  },
  { fact: 'suppress_ve', says: either('#VE suppressed', undefined) },
  // arm64.
  { fact: 'mem', says: (name) => plain(name) },
  { fact: 'priv', says: (rights) => (rights === null ? undefined : `privileged ${plain(rights)}`) },
  { fact: 'user', says: (rights) => (rights === null ? undefined : `user ${plain(rights)}`) },
  { fact: 'sh', says: (sh) => shareability[Number(sh)] },
  { fact: 'af', says: either('accessed', 'access flag clear: the next access faults') },
  { fact: 'dbm', says: either('hardware may mark it dirty (DBM)', undefined) },
  { fact: 'contig', says: either('one of a contiguous run', undefined) },
  { fact: 'ng', says: either('not global', undefined) },
  // OWNED is 0, what every entry outside pKVM has.
  {
    fact: 'pkvm_state',
    says: (state) => (state === 'OWNED' ? undefined : `pKVM: ${plain(state)}`),
  },
];

const memoryTypes: Readonly<Record<string, string>> = {
  WB: 'write-back',
  WT: 'write-through',
  WC: 'write-combining',
  WP: 'write-protected memory type',
  UC: 'uncached',
  reserved: 'reserved memory type',
};

/** Arm ARM D8.6: SH[1:0]; 1 is reserved. */
const shareability: readonly (string | undefined)[] = [
  'non-shareable',
  'reserved shareability',
  'outer shareable',
  'inner shareable',
];

/** What the facts of an entry say, in a reader's order. */
export function factPhrases(facts: Facts): string[] {
  return phrases.flatMap(({ fact, says }) => {
    const value = facts[fact];
    const phrase = value === undefined || value === null ? undefined : says(value, facts);
    return phrase === undefined ? [] : [phrase];
  });
}

/** An inner record of facts, such as `mmio` or `perms`. */
export function isFacts(value: FactValue | undefined): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A fact's value in a sentence. */
export function plain(value: FactValue | undefined): string {
  if (value === undefined || value === null) return 'unknown';
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.map(plain).join(', ');
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${plain(inner)}`)
    .join(', ');
}

function either(
  ifTrue: string | undefined,
  ifFalse: string | undefined,
): (value: FactValue) => string | undefined {
  return (value) => (value === true ? ifTrue : value === false ? ifFalse : undefined);
}

function dirtyHow(adType: FactValue | undefined): string {
  if (adType === 'disabled') return ' (A/D bits off: KVM keeps track itself)';
  if (adType === 'wrprot-only') return ' (dirty logging by write protection)';
  return adType === 'enabled' ? ' (hardware A/D)' : '';
}

function savedRights(facts: Facts): string {
  const saved = facts.saved_perms;
  if (!isFacts(saved)) return 'what was saved';
  const names = Object.keys(saved).filter((right) => saved[right] === true);
  return names.length === 0 ? 'nothing' : names.join(' ');
}
