import { memoryTypeBits } from '../paging/memory-type-bits';
import type { CompiledFormat, Permissions } from '../paging/format';
import type { EntryPattern } from './audit-patterns';
import { type GatheredRights, leafPermissions } from './gathered-rights';
import { AddressColumn, NumberColumn } from './number-column';

/** What a leaf grants over its whole walk, and how it is cached. */
export interface LeafClass {
  readonly permissions: Permissions;
  /** Equal where the permissions are. */
  readonly rights: number;
  readonly memoryType: number;
}

/** Patterns are fewer than this: see `mostPatterns`. */
const patternRoom = 0x1_0000;

/** Bits for each right that there may be: equal sums, equal rights. */
function rightsNumber({ read, write, execute, user, userExecute }: Permissions): number {
  const third = (right: boolean | null | undefined): number => (right == null ? 2 : Number(right));
  return (
    Number(read) +
    2 * Number(write) +
    4 * Number(execute) +
    8 * third(user) +
    32 * third(userExecute)
  );
}

/** Every leaf the CPU would use, in columns: where it leads, what it grants, where it stands. */
export class AuditLeaves {
  /** First 4 KiB page of memory that the leaf maps. */
  readonly page = new AddressColumn();
  /** Place in `classes`. */
  readonly class = new NumberColumn();
  /** Number of the table in the graph, and the index there. */
  readonly table = new NumberColumn();
  readonly index = new NumberColumn();
  readonly classes: LeafClass[] = [];
  private readonly known = new Map<number, number>();

  constructor(private readonly compiled: CompiledFormat) {}

  /** The class of leaves of a pattern below tables that gathered these rights. */
  classOf(pattern: EntryPattern, above: GatheredRights, number: number): number {
    const key = number * patternRoom + pattern.number;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const { format, shape } = this.compiled;
    const { level, lo, hi } = pattern;
    const permissions = leafPermissions(this.compiled, level, above, lo, hi);
    const memoryType = memoryTypeBits(format.name, level, lo, shape.cpu);
    const made = this.classes.length;
    this.classes.push({ permissions, rights: rightsNumber(permissions), memoryType });
    this.known.set(key, made);
    return made;
  }

  push(page: number, leafClass: number, table: number, index: number): void {
    this.page.push(page);
    this.class.push(leafClass);
    this.table.push(table);
    this.index.push(index);
  }
}
