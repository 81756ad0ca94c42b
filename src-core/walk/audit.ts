import { findEntryFormat } from '../paging/entry-format';
import { findAliases } from './audit-aliases';
import { auditCodes } from './audit-codes';
import type { AuditReport } from './audit-finding';
import { AuditLeaves } from './audit-leaves';
import { AuditList } from './audit-list';
import * as messages from './audit-messages';
import { AuditPatterns, type EntryPattern, type EntryReading } from './audit-patterns';
import { RightsAbove } from './gathered-rights';
import { forEachEntry, leafPage } from './table-entries';
import { cyclicChild, missingChild, type TableGraph } from './table-graph';

export interface AuditOptions extends EntryReading {
  /** Findings listed of each code; all are counted. 1,000 when left out. */
  readonly listed?: number;
  /** Leaves among which aliases are looked for, at most. */
  readonly mostLeaves?: number;
}

/** Tables read between two pauses: some 4,000 entries. */
const stretch = 8;
const usualMostLeaves = 1 << 24;

/**
 * Looks for what is wrong in a tree of tables: entries the CPU refuses, KVM's invariants, leaves
 * misaligned for their level, tables that are missing or point back, frames mapped in different
 * ways, pages that can be written and executed. The work comes in steps of a few milliseconds, so
 * that the caller can give way to others or stop.
 */
export function* auditSteps(
  graph: TableGraph,
  options: AuditOptions,
): Generator<void, AuditReport> {
  while (graph.advance(stretch)) yield;
  const audit = new Audit(graph, options);
  yield* audit.rights();
  for (let table = 0; table < graph.tables; table++) {
    audit.readTable(table);
    if (table % stretch === stretch - 1) yield;
  }
  yield* audit.aliases();
  return audit.report();
}

/** {@link auditSteps} in one go. */
export function audit(graph: TableGraph, options: AuditOptions): AuditReport {
  const steps = auditSteps(graph, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

class Audit {
  private readonly patterns: AuditPatterns;
  private readonly leaves: AuditLeaves;
  private readonly above: RightsAbove;
  private readonly list: AuditList;
  /** Whether the CPU's user is a guest, whose own tables say what may run. */
  private readonly ofKvm: boolean;
  private readonly mostLeaves: number;
  private entries = 0;
  private mapping = 0;
  private usualWriteExecute: { table: number; index: number; leaves: number } | null = null;
  private tooMany = false;

  constructor(
    private readonly graph: TableGraph,
    options: AuditOptions,
  ) {
    const { compiled } = graph;
    this.patterns = new AuditPatterns(compiled, options);
    this.leaves = new AuditLeaves(compiled);
    this.above = new RightsAbove(graph);
    this.list = new AuditList(graph, options.listed ?? 1000);
    this.ofKvm = findEntryFormat(options.format)?.kvm === true;
    this.mostLeaves = options.mostLeaves ?? usualMostLeaves;
  }

  /** What walks bring to each table: asked for before tables are read. */
  rights(): Generator<void> {
    return this.above.gather();
  }

  readTable(table: number): void {
    const { graph, patterns } = this;
    const { memory, compiled } = graph;
    const level = graph.level.at(table);
    forEachEntry(memory, compiled, graph.address.at(table), level, (index, lo, hi) => {
      this.entries++;
      const pattern = patterns.of(level, lo, hi);
      if (pattern === null) return;
      for (const { code, severity } of pattern.codes) {
        this.list.add(table, index, code, severity, pattern.number, () => {
          const finding = patterns.findings(level, lo, hi).find((found) => found.code === code);
          return { message: finding?.message ?? '', bits: finding?.bits ?? [] };
        });
      }
      if (pattern.maps) this.leaf(table, index, leafPage(compiled, level, lo, hi), pattern);
    });
    this.pointers(table);
  }

  /** Tables below that are not there, or were above already. */
  private pointers(table: number): void {
    const { graph, list } = this;
    const end = graph.firstEntry.at(table + 1);
    for (let entry = graph.firstEntry.at(table); entry < end; entry++) {
      const child = graph.child.at(entry);
      if (child < cyclicChild) continue;
      const { code, severity } = child === missingChild ? auditCodes.missing : auditCodes.cycle;
      const target = BigInt(graph.target(entry));
      list.add(table, graph.index.at(entry), code, severity, -1, () => ({
        message:
          child === missingChild
            ? messages.missingMessage(target)
            : messages.cycleMessage(target, graph.level.at(table) - 1),
      }));
    }
  }

  private leaf(table: number, index: number, address: number, pattern: EntryPattern): void {
    const { leaves, above } = this;
    this.mapping++;
    let writeExecute = -1;
    for (const way of above.of(table)) {
      const leafClass = leaves.classOf(pattern, above.sets[way]!, way);
      const { permissions } = leaves.classes[leafClass]!;
      if (messages.writesAndExecutes(permissions)) writeExecute = leafClass;
      if (leaves.page.length < this.mostLeaves) {
        leaves.push(address / 4096, leafClass, table, index);
      } else this.tooMany = true;
    }
    if (writeExecute >= 0) this.writeExecute(table, index, writeExecute);
  }

  private writeExecute(table: number, index: number, leafClass: number): void {
    if (this.ofKvm) {
      this.usualWriteExecute ??= { table, index, leaves: 0 };
      this.usualWriteExecute.leaves++;
      return;
    }
    const { code, severity } = auditCodes.writeExecute;
    const { permissions } = this.leaves.classes[leafClass]!;
    this.list.add(table, index, code, severity, leafClass, (count) => ({
      message: messages.writeExecuteMessage(permissions, count),
    }));
  }

  *aliases(): Generator<void> {
    const { graph, leaves, list } = this;
    yield* findAliases(graph, leaves, (leaf, other, differ) => {
      const place = { table: leaves.table.at(leaf), index: leaves.index.at(leaf) };
      const their = this.addressOf(other);
      // Two ways to one entry differ by what stands above it: that is no alias of the frame.
      if (this.addressOf(leaf) === their) return;
      const own = leaves.classes[leaves.class.at(leaf)]!;
      const theirs = leaves.classes[leaves.class.at(other)]!;
      const rights = differ === 'rights';
      const { code, severity } = rights ? auditCodes.aliasPermissions : auditCodes.aliasMemoryType;
      list.add(place.table, place.index, code, severity, -1, () => ({
        message: rights
          ? messages.aliasRightsMessage(own.permissions, theirs.permissions, BigInt(their))
          : messages.aliasTypeMessage(graph.compiled.format.name, BigInt(their)),
        other: BigInt(their),
      }));
    });
  }

  report(): AuditReport {
    const { graph, list, usualWriteExecute } = this;
    if (usualWriteExecute) {
      const { table, index, leaves } = usualWriteExecute;
      list.add(table, index, auditCodes.writeExecute.code, 'info', -1, () => ({
        message: messages.usualWriteExecuteMessage(leaves),
        standsFor: leaves,
      }));
      list.count(auditCodes.writeExecute.code, leaves - 1);
    }
    return {
      tables: graph.tables,
      entries: this.entries,
      leaves: this.mapping,
      counts: list.counts,
      findings: list.findings(),
      unexamined: this.patterns.unexamined,
      incomplete: this.tooMany || graph.incomplete,
    };
  }

  private addressOf(leaf: number): number {
    const { graph, leaves } = this;
    return (
      graph.address.at(leaves.table.at(leaf)) + leaves.index.at(leaf) * graph.compiled.entryBytes
    );
  }
}
