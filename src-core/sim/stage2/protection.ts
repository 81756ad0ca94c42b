/** What a mapping is asked to allow: `enum kvm_pgtable_prot`. */
export interface Protection {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  readonly memory: MemoryKind;
  /** Software bits 58:55, as a number from 0. */
  readonly software: number;
}

export const memoryKinds = ['normal', 'normal-nc', 'device'] as const;

export type MemoryKind = (typeof memoryKinds)[number];

/** `rwx` as scenarios write rights: the letters that are there. */
export function rightsText({ read, write, execute }: Protection): string {
  const text = `${read ? 'r' : ''}${write ? 'w' : ''}${execute ? 'x' : ''}`;
  return text === '' ? '-' : text;
}

/** The ways to write rights in a scenario. */
export const rightsNames = ['-', 'r', 'w', 'x', 'rw', 'rx', 'wx', 'rwx'] as const;

export type RightsName = (typeof rightsNames)[number];

export function protection(
  rights: RightsName,
  memory: MemoryKind = 'normal',
  software = 0,
): Protection {
  return {
    read: rights.includes('r'),
    write: rights.includes('w'),
    execute: rights.includes('x'),
    memory,
    software,
  };
}
