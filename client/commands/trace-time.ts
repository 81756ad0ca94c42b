import { commands, languages, type TextDocument, Uri, window, workspace } from 'vscode';

import type { TraceLine, WalkParams, WalkReply } from '../../server/protocol';
import { readAddress } from '../address-input';
import type { LanguageServer } from '../language-server';
import { dumpLanguage, traceLanguage, walksViewId } from '../names';
import { fileName, traceDocumentUri } from '../views/trace-documents';
import type { WalksView } from '../views/walks-view';
import type { WalkList } from '../walks/walk-list';
import { askInput, type Checked } from './ask-input';

interface Answered {
  readonly question: WalkParams;
  readonly reply: WalkReply;
}

/** What links, tests and other extensions may say beforehand. */
interface Given extends Partial<TraceLine> {
  /** The line to compare with, from 0. */
  readonly otherLine?: number;
  /** What to walk. */
  readonly address?: string;
}

/** KVM's tables at a line of a trace: shown, compared with another line's, walked. */
export class TraceTime {
  constructor(
    private readonly server: LanguageServer,
    private readonly walks: WalkList,
    private readonly view: WalksView,
  ) {}

  /** "Open Table as of This Line". @returns the document's URI; `undefined`: no trace is in front. */
  async openTable(given: unknown): Promise<string | undefined> {
    const at = await traceLine(asGiven(given));
    if (!at) return undefined;
    const document = await openDump(at);
    await window.showTextDocument(document, { preview: false });
    return document.uri.toString();
  }

  /** "Compare Table with Another Line…": the earlier line on the left. @returns what differs */
  async compare(given: unknown): Promise<string | undefined> {
    const wanted = asGiven(given);
    const at = await traceLine(wanted);
    if (!at) return undefined;
    const otherLine = wanted.otherLine ?? (await this.askLine(at));
    if (otherLine === undefined) return undefined;
    const [line, later] = otherLine < at.line ? [otherLine, at.line] : [at.line, otherLine];
    const difference = await this.server.traceDifference({ uri: at.uri, line, otherLine: later });
    if ('problem' in difference) throw new Error(difference.problem);
    const [left, right] = await Promise.all([
      openDump({ uri: at.uri, line }),
      openDump({ uri: at.uri, line: later }),
    ]);
    const title = `${fileName(at.uri)}: line ${String(line + 1)} ↔ line ${String(later + 1)}`;
    await commands.executeCommand('vscode.diff', left.uri, right.uri, title, { preview: false });
    return difference.summary;
  }

  /** "Walk an Address as of This Line…". @returns the answer; `undefined`: dismissed */
  async walk(given: unknown): Promise<WalkReply | undefined> {
    const { address, ...wanted } = asGiven(given);
    const at = await traceLine(wanted);
    if (!at) return undefined;
    const answered =
      address === undefined ? await this.askAddress(at) : await this.ask({ ...at, address });
    if (!answered) return undefined;
    if ('problem' in answered) throw new Error(answered.problem);
    await this.view.reveal(this.walks.add(answered.question, answered.reply));
    return answered.reply;
  }

  private async askAddress(at: TraceLine): Promise<Answered | undefined> {
    const { address } = await this.server.traceLine(at);
    return askInput<Answered>({
      title: `Walk an Address as of Line ${String(at.line + 1)} of ${fileName(at.uri)}`,
      prompt: 'Hexadecimal.',
      placeholder: '0x1032057f8, or gfn 103205',
      value: address ?? '',
      check: readAddress,
      accept: async (text) => {
        const typed = readAddress(text);
        if ('problem' in typed) return typed;
        const answered = await this.ask({ ...at, address: typed.address });
        return 'problem' in answered ? answered : { answer: answered };
      },
    });
  }

  private ask(question: WalkParams): Promise<Answered | { readonly problem: string }> {
    return Promise.resolve(
      window.withProgress({ location: { viewId: walksViewId } }, async (_, token) => {
        const response = await this.server.walk(question, token);
        return 'problem' in response ? response : { question, reply: response.walk };
      }),
    );
  }

  private async askLine({ uri, line }: TraceLine): Promise<number | undefined> {
    const { lineCount } = await workspace.openTextDocument(Uri.parse(uri, true));
    return askInput<number>({
      title: `Compare Line ${String(line + 1)} of ${fileName(uri)}`,
      prompt: `With the tables as of another line: 1 to ${String(lineCount)}.`,
      placeholder: 'Number of a line',
      value: '',
      check: (text) => checkLine(text, lineCount),
      accept: async (text) => {
        const otherLine = Number(text) - 1;
        const answer = await this.server.traceDifference({ uri, line, otherLine });
        if ('problem' in answer) return answer;
        return answer.changes.length === 0 ? { problem: answer.summary } : { answer: otherLine };
      },
    });
  }
}

function checkLine(text: string, lineCount: number): Checked {
  const line = /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : 0;
  return line >= 1 && line <= lineCount
    ? { note: '' }
    : { problem: `A number from 1 to ${String(lineCount)} is expected.` };
}

/** The line that is meant: as given, else the cursor's in the trace in front. */
async function traceLine({ uri, line }: Given): Promise<TraceLine | undefined> {
  if (uri !== undefined && line !== undefined) {
    // The server knows open files alone.
    await workspace.openTextDocument(Uri.parse(uri, true));
    return { uri, line };
  }
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== traceLanguage) {
    void window.showInformationMessage(
      'Pagewalk: put the cursor on a line of a KVM MMU trace first.',
    );
    return undefined;
  }
  return { uri: editor.document.uri.toString(), line: editor.selection.active.line };
}

/** The tables as of a line as a document, in the language of dumps whatever its name ends with. */
async function openDump(at: TraceLine): Promise<TextDocument> {
  const document = await workspace.openTextDocument(traceDocumentUri(at));
  return document.languageId === dumpLanguage
    ? document
    : languages.setTextDocumentLanguage(document, dumpLanguage);
}

function asGiven(given: unknown): Given {
  if (typeof given !== 'object' || given === null) return {};
  const { uri, line, otherLine, address } = given as Readonly<Record<string, unknown>>;
  return {
    ...(typeof uri === 'string' && { uri }),
    ...(Number.isInteger(line) && { line: line as number }),
    ...(Number.isInteger(otherLine) && { otherLine: otherLine as number }),
    ...(typeof address === 'string' && { address }),
  };
}
