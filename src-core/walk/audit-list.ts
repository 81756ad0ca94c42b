import type { Severity } from '../paging/decoded-entry';
import type { AuditFinding } from './audit-finding';
import type { TableGraph } from './table-graph';

/** What a finding says, made only for findings that are listed. */
export interface AuditWords extends Partial<Pick<AuditFinding, 'bits' | 'other' | 'standsFor'>> {
  readonly message: string;
}

interface Listed {
  readonly table: number;
  readonly index: number;
  readonly code: string;
  readonly severity: Severity;
  /** Equal for neighbours of which the same can be said; -1: each has its own. */
  readonly alike: number;
  readonly words: (count: number) => AuditWords;
  count: number;
}

/** Findings as they come: all are counted, of each code so many listed, neighbours alike as one. */
export class AuditList {
  readonly counts = new Map<string, number>();
  private readonly byCode = new Map<string, Listed[]>();

  constructor(
    private readonly graph: TableGraph,
    private readonly most: number,
  ) {}

  /** Counts findings that nothing is listed of. */
  count(code: string, findings: number): void {
    this.counts.set(code, (this.counts.get(code) ?? 0) + findings);
  }

  add(
    table: number,
    index: number,
    code: string,
    severity: Severity,
    alike: number,
    words: (count: number) => AuditWords,
  ): void {
    let listed = this.byCode.get(code);
    if (!listed) this.byCode.set(code, (listed = []));
    const last = listed.at(-1);
    const next = last?.table === table ? index - last.index - last.count : NaN;
    // A table with several ways to it says the same of an entry again.
    if (next === -1) return;
    this.count(code, 1);
    if (last && next === 0 && alike >= 0 && last.alike === alike) {
      last.count++;
    } else if (listed.length < this.most) {
      listed.push({ table, index, code, severity, alike, words, count: 1 });
    }
  }

  /** What is listed, by place: tables in the order in which they were met, the root first. */
  findings(): AuditFinding[] {
    return [...this.byCode.values()]
      .flat()
      .sort((one, other) => one.table - other.table || one.index - other.index)
      .map((listed) => this.finding(listed));
  }

  private finding({ table, index, code, severity, count, words }: Listed): AuditFinding {
    const { graph } = this;
    const { compiled, memory } = graph;
    const level = graph.level.at(table);
    const start = BigInt(graph.address.at(table));
    const entryAddress = start + BigInt(index * compiled.entryBytes);
    return {
      code,
      severity,
      level,
      table: start,
      index,
      count,
      standsFor: count,
      entryAddress,
      entry: memory.readWord(entryAddress, compiled.entryBytes) ?? 0n,
      input: graph.inputOf(table, index),
      bits: [],
      other: null,
      ...words(count),
    };
  }
}
