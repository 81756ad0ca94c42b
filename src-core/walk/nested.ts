import type { WordSource } from '../memory/word-source';
import type { Finding } from '../paging/decoded-entry';
import type { CompiledFormat, Permissions } from '../paging/format';
import { formatWord } from '../word';
import { translate, type TranslateOptions } from './translate';
import type { WalkResult, WalkStep } from './walk-result';

/** One tree of tables: how it is read and where it begins. */
export interface Dimension {
  readonly compiled: CompiledFormat;
  /** Byte address of the root: of the first dimension an intermediate one (GPA, IPA). */
  readonly root: bigint;
  readonly options?: TranslateOptions;
}

export interface NestedStep extends WalkStep {
  /** 1: the guest's own tables, 2: the tables under them. */
  readonly dimension: 1 | 2;
}

/**
 * A walk in two dimensions. As a walk it tells where the address ends in memory; `steps` has every
 * entry read in the order the CPU reads it. Addresses of the first dimension's tables are
 * intermediate ones.
 */
export interface NestedWalk extends WalkResult {
  readonly steps: readonly NestedStep[];
  /** The guest's own walk: its `physical` is an intermediate address. */
  readonly first: WalkResult;
  /** How each entry of the first dimension was reached, one walk a step. */
  readonly tables: readonly WalkResult[];
  /** How the first dimension's answer was translated; `null`: there was none. */
  readonly output: WalkResult | null;
  /** GPA or IPA; `null`: the first dimension does not map the address. */
  readonly intermediate: bigint | null;
}

/** NPT takes every access of a guest for one from user mode: without U nothing is allowed. */
function reachable(rights: Permissions): boolean {
  return rights.user !== false;
}

function mayRead(walk: WalkResult): boolean {
  return walk.permissions !== null && walk.permissions.read && reachable(walk.permissions);
}

/** Memory as the first dimension's walk sees it: every read goes through the second. */
class SecondDimension implements WordSource {
  readonly walks: WalkResult[] = [];

  constructor(
    private readonly memory: WordSource,
    private readonly second: Dimension,
  ) {}

  readWord(address: bigint, bytes: 4 | 8): bigint | undefined {
    const walk = walkDimension(this.memory, this.second, address);
    this.walks.push(walk);
    return walk.physical !== null && mayRead(walk)
      ? this.memory.readWord(walk.physical, bytes)
      : undefined;
  }
}

function walkDimension(
  memory: WordSource,
  { compiled, root, options }: Dimension,
  address: bigint,
) {
  return translate(memory, compiled, root, address, options);
}

/** What both dimensions allow. */
function bothAllow(first: Permissions, second: Permissions): Permissions {
  const open = reachable(second);
  const userExecute = first.userExecute ?? first.execute;
  const secondUser = second.userExecute ?? second.execute;
  const execute = first.execute && second.execute && open;
  return {
    read: first.read && second.read && open,
    write: first.write && second.write && open,
    execute,
    user: first.user,
    ...(first.userExecute === undefined && second.userExecute === undefined
      ? {}
      : { userExecute: userExecute && secondUser && open }),
  };
}

function inOrder(
  first: WalkResult,
  tables: readonly WalkResult[],
  output: WalkResult | null,
): NestedStep[] {
  const second = (walk: WalkResult | null | undefined): NestedStep[] =>
    (walk?.steps ?? []).map((step) => ({ ...step, dimension: 2 as const }));
  return [
    ...first.steps.flatMap((step, index) => [
      ...second(tables[index]),
      { ...step, dimension: 1 as const },
    ]),
    ...second(output),
  ];
}

function finding(code: string, severity: Finding['severity'], message: string): Finding {
  return { code, severity, message, bits: [] };
}

/** Why the first dimension could not read one of its entries, as the second dimension tells it. */
function unreadable(first: WalkResult, walk: WalkResult): Partial<WalkResult> {
  const at = first.steps.at(-1)?.entryAddress ?? 0n;
  const entry = `the entry at ${formatWord(at)} of the first dimension's level ${first.level}`;
  if (walk.physical === null) {
    const told = finding(
      'nested-table-unmapped',
      'error',
      `${entry} cannot be read: the second dimension does not map it (${walk.status})`,
    );
    const { status, missing, findings } = walk;
    return { status, missing, findings: [told, ...findings] };
  }
  if (!mayRead(walk)) {
    const told = finding(
      'nested-table-unreadable',
      'error',
      `${entry} cannot be read: the second dimension maps it without read permission`,
    );
    return { status: 'not-present', missing: null, findings: [told] };
  }
  const missing = walk.physical & ~0xfffn;
  const told = finding(
    'missing-table',
    'info',
    `${entry} is at ${formatWord(walk.physical)}, which is not in the memory given`,
  );
  return { status: 'missing', missing, findings: [told] };
}

/** The end of the walk where the first dimension maps the address. */
function throughBoth(first: WalkResult, output: WalkResult): Partial<WalkResult> {
  const { status, physical, missing, leaf } = output;
  if (physical === null || first.pageSize === null || output.pageSize === null) {
    return { status, missing, leaf, level: output.level, findings: output.findings };
  }
  const permissions =
    first.permissions && output.permissions && bothAllow(first.permissions, output.permissions);
  const pageSize = Math.min(first.pageSize, output.pageSize);
  return { status, physical, pageSize, permissions, leaf, findings: output.findings };
}

/**
 * Walks an address of a guest through the guest's own tables and the tables under them: every
 * entry the guest's walk reads, and what it ends at, is an address the second dimension
 * translates. Formats may be any two (x86-64 over EPT or NPT, arm64 stage 1 over stage 2).
 * @param memory physical memory, which holds the tables of both dimensions
 * @returns `physical` in memory, rights that both dimensions leave, and both walks whole; it ends
 *   after at most one second-dimension walk a level and one more.
 */
export function translateNested(
  memory: WordSource,
  first: Dimension,
  second: Dimension,
  address: bigint,
): NestedWalk {
  const through = new SecondDimension(memory, second);
  const guest = walkDimension(through, first, address);
  const tables = through.walks;
  const output = guest.physical === null ? null : walkDimension(memory, second, guest.physical);
  const last = tables.at(-1);
  const more =
    output !== null
      ? throughBoth(guest, output)
      : guest.status === 'missing' && last
        ? unreadable(guest, last)
        : {};
  return {
    ...guest,
    physical: null,
    pageSize: null,
    permissions: null,
    ...more,
    findings: [
      ...guest.findings.filter(({ code }) => code !== 'missing-table'),
      ...(more.findings ?? []),
    ],
    steps: inOrder(guest, tables, output),
    first: guest,
    tables,
    output,
    intermediate: guest.physical,
  };
}
