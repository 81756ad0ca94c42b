import { commands, languages, type TextDocument, window } from 'vscode';

import type {
  SecondParams,
  WalkCommandArguments,
  WalkParams,
  WalkReply,
} from '../../server/protocol';
import { readAddress } from '../address-input';
import type { AskedDocument } from '../asked-document';
import { isOwn } from '../languages';
import type { LanguageServer } from '../language-server';
import { commands as ownCommands, dumpLanguage, walksViewId } from '../names';
import type { RootChoices } from '../root-choices';
import type { SettingChoices } from '../setting-choices';
import type { WalksView } from '../views/walks-view';
import type { WalkList } from '../walks/walk-list';
import { asNode } from '../walks/walk-nodes';
import { wordAtCursor } from '../word-at-cursor';
import { askInput } from './ask-input';
import { chooseRoot, isCertain } from './choose-root';

interface Answered {
  readonly question: WalkParams;
  readonly reply: WalkReply;
}

/** "Walk an Address…": asks for what it was not told, walks, and shows the walk. */
export class Walker {
  constructor(
    private readonly server: LanguageServer,
    private readonly asked: AskedDocument,
    private readonly roots: RootChoices,
    private readonly walks: WalkList,
    private readonly view: WalksView,
    private readonly settings: SettingChoices,
  ) {}

  /**
   * @param given `WalkCommandArguments` from a link, a test or another extension; whatever a menu
   *   passes is ignored.
   * @returns the answer; `undefined`: dismissed, or nothing to walk in.
   */
  async walk(given: unknown): Promise<WalkReply | undefined> {
    const wanted = asArguments(given);
    const document = await this.documentFor(wanted);
    if (!document) return undefined;
    const uri = document.uri.toString();
    const root = await this.rootFor(uri, wanted);
    if (root === 'dismissed') return undefined;
    const question = { uri, ...root, ...(wanted.second && { second: wanted.second }) };
    const answered =
      wanted.address === undefined
        ? await this.askAddress(document, question)
        : await this.ask({ ...question, address: wanted.address });
    if (!answered) return undefined;
    if ('problem' in answered) throw new Error(answered.problem);
    await this.view.reveal(this.walks.add(answered.question, answered.reply));
    return answered.reply;
  }

  /** Asks the question of a row again, after the dump or a setting was changed. */
  async walkAgain(given: unknown): Promise<void> {
    const walk = asNode(given)?.walk ?? this.walks.shown;
    if (!walk) return;
    const answered = await this.ask(walk.question);
    if ('problem' in answered) throw new Error(answered.problem);
    this.walks.answerAgain(walk.id, answered.reply);
  }

  private async documentFor({ uri }: WalkCommandArguments): Promise<TextDocument | undefined> {
    const document = uri === undefined ? this.asked.get() : await this.asked.open(uri);
    if (!document) {
      await offerToOpen();
      return undefined;
    }
    return isOwn(document) ? document : offerToRead(document);
  }

  /** The root to name in the question; `{}`: the file's own, which the server knows. */
  private async rootFor(
    uri: string,
    { root, format, levels }: WalkCommandArguments,
  ): Promise<Omit<WalkParams, 'uri' | 'address'> | 'dismissed'> {
    if (root !== undefined) return named({ address: root, format, levels });
    const before = this.roots.of(uri);
    if (before) return named(before);
    const offered = await this.roots.offered(uri);
    if (isCertain(offered)) return {};
    const chosen = await chooseRoot(offered, this.settings.of('format'));
    if (!chosen) return 'dismissed';
    this.roots.choose(uri, chosen);
    return named(chosen);
  }

  private async askAddress(
    document: TextDocument,
    question: Omit<WalkParams, 'address'>,
  ): Promise<Answered | undefined> {
    const name = document.uri.path.split('/').at(-1) ?? '';
    const editor = window.visibleTextEditors.find((open) => open.document === document);
    return askInput<Answered>({
      title: `Walk an Address in ${name}`,
      prompt: question.root === undefined ? 'Hexadecimal.' : `Root ${question.root}.`,
      placeholder: '0x1032057f8, or gfn 103205',
      value: wordAtCursor(editor),
      check: readAddress,
      accept: async (text) => {
        const typed = readAddress(text);
        if ('problem' in typed) return typed;
        const answered = await this.ask({ ...question, address: typed.address });
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
}

function named(root: {
  address: string;
  format?: string | undefined;
  levels?: number | undefined;
}) {
  return {
    root: root.address,
    ...(root.format !== undefined && { format: root.format }),
    ...(root.levels !== undefined && { levels: root.levels }),
  };
}

function asArguments(given: unknown): WalkCommandArguments {
  if (typeof given !== 'object' || given === null) return {};
  const { uri, address, root, format, levels, second } = given as Readonly<Record<string, unknown>>;
  return {
    ...(typeof uri === 'string' && { uri }),
    ...(typeof address === 'string' && { address }),
    ...(typeof root === 'string' && { root }),
    ...(typeof format === 'string' && { format }),
    ...(typeof levels === 'number' && { levels }),
    ...(isSecond(second) && { second }),
  };
}

function isSecond(given: unknown): given is SecondParams {
  return typeof given === 'object' && given !== null && 'root' in given;
}

async function offerToOpen(): Promise<void> {
  const open = 'Open File…';
  const paste = 'New Dump';
  const chosen = await window.showInformationMessage(
    'Pagewalk: nothing is open to walk in. Open a dump of page tables, or paste one.',
    open,
    paste,
  );
  if (chosen === open) await commands.executeCommand('workbench.action.files.openFile');
  if (chosen === paste) await commands.executeCommand(ownCommands.newDump);
}

/** A file of another language is read as a dump only when the reader says so. */
async function offerToRead(document: TextDocument): Promise<TextDocument | undefined> {
  const read = 'Read It as a Page-Table Dump';
  const name = document.uri.path.split('/').at(-1) ?? '';
  const chosen = await window.showQuickPick([read], {
    title: `${name} Is Not Read as a Dump`,
    placeHolder: `Its language mode is ${document.languageId}; a dump has one of its own`,
  });
  return chosen === read ? languages.setTextDocumentLanguage(document, dumpLanguage) : undefined;
}
