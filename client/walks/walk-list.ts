import { type Disposable, EventEmitter, workspace } from 'vscode';

import type { AccessReply, WalkParams, WalkReply } from '../../server/protocol';
import type { AccessQuestion, AskedAccess } from './asked-access';

/** A walk that was asked for, and its answer. */
export interface WalkRecord {
  /** Stable while the window is open. */
  readonly id: string;
  readonly question: WalkParams;
  readonly reply: WalkReply;
  /** The dump was changed since: places and entries may no longer be true. */
  readonly stale: boolean;
  /** Accesses that were asked about on this way, in the order of asking. */
  readonly accesses: readonly AskedAccess[];
}

const mostWalks = 100;
const mostAccesses = 20;

/** The walks of this window, newest first, and which of them is shown in the editors. */
export class WalkList implements Disposable {
  private records: readonly WalkRecord[] = [];
  private shownId: string | null = null;
  private lastNumber = 0;
  private readonly changes = new EventEmitter<void>();
  readonly onDidChange = this.changes.event;
  private readonly watch: Disposable;

  constructor() {
    this.watch = workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) this.outdate(document.uri.toString());
    });
  }

  get all(): readonly WalkRecord[] {
    return this.records;
  }

  /** The walk whose path is marked; `undefined`: none. */
  get shown(): WalkRecord | undefined {
    return this.find(this.shownId);
  }

  find(id: string | null): WalkRecord | undefined {
    return this.records.find((record) => record.id === id);
  }

  /** Puts a walk first and shows it. The same question asked again takes the old answer's place. */
  add(question: WalkParams, reply: WalkReply): WalkRecord {
    const earlier = this.records.find((record) => sameWalk(record, question, reply));
    const id = earlier?.id ?? `walk-${String(++this.lastNumber)}`;
    const record = { id, question, reply, stale: false, accesses: [] };
    const others = this.records.filter((other) => other !== earlier);
    this.records = [record, ...others].slice(0, mostWalks);
    this.shownId = id;
    this.changes.fire();
    return record;
  }

  /** A new answer for a walk that stands; it keeps its row and is shown. */
  answerAgain(id: string, reply: WalkReply): void {
    this.records = this.records.map((record) =>
      record.id === id ? { ...record, reply, stale: false } : record,
    );
    this.shownId = id;
    this.changes.fire();
  }

  /** Puts an access under its walk, last; the same question asked again takes the old answer's place. */
  addAccess(id: string, reply: WalkReply, question: AccessQuestion, access: AccessReply): void {
    const asked = { id: `${id}/access-${String(++this.lastNumber)}`, question, reply: access };
    this.records = this.records.map((record) => {
      if (record.id !== id) return record;
      const others = record.accesses.filter((other) => other.reply.question !== access.question);
      const accesses = [...others, asked].slice(-mostAccesses);
      return { ...record, reply, stale: false, accesses };
    });
    this.shownId = id;
    this.changes.fire();
  }

  removeAccess(id: string, access: string): void {
    this.records = this.records.map((record) =>
      record.id === id
        ? { ...record, accesses: record.accesses.filter((other) => other.id !== access) }
        : record,
    );
    this.changes.fire();
  }

  remove(id: string): void {
    this.records = this.records.filter((record) => record.id !== id);
    if (this.shownId === id) this.shownId = null;
    this.changes.fire();
  }

  clear(): void {
    this.records = [];
    this.shownId = null;
    this.changes.fire();
  }

  /** Marks this walk's path in the editors; `null` marks none. */
  show(id: string | null): void {
    if (id === this.shownId) return;
    this.shownId = id;
    this.changes.fire();
  }

  dispose(): void {
    this.watch.dispose();
    this.changes.dispose();
  }

  private outdate(uri: string): void {
    const concerns = (record: WalkRecord): boolean => record.question.uri === uri && !record.stale;
    if (!this.records.some(concerns)) return;
    this.records = this.records.map((record) =>
      concerns(record) ? { ...record, stale: true } : record,
    );
    this.changes.fire();
  }
}

function sameWalk(record: WalkRecord, question: WalkParams, reply: WalkReply): boolean {
  return (
    record.question.uri === question.uri &&
    record.question.line === question.line &&
    record.reply.address === reply.address &&
    record.reply.root === reply.root &&
    record.reply.format === reply.format &&
    record.reply.second?.root === reply.second?.root
  );
}
