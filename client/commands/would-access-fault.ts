import { type QuickPickItem, QuickPickItemKind, window } from 'vscode';

import type { AccessChoice, AccessParams, AccessReply } from '../../server/protocol';
import { readHex } from '../hex-digits';
import type { LanguageServer } from '../language-server';
import type { WalksView } from '../views/walks-view';
import type { AccessQuestion } from '../walks/asked-access';
import type { WalkList, WalkRecord } from '../walks/walk-list';
import { asNode } from '../walks/walk-nodes';
import { askInput } from './ask-input';
import type { Walker } from './walk-an-address';

type AccessType = AccessParams['access'];
type Options = AccessQuestion['options'];

const types: readonly { readonly access: AccessType; readonly label: string }[] = [
  { access: 'read', label: '$(eye) Read' },
  { access: 'write', label: '$(edit) Write' },
  { access: 'execute', label: '$(play) Execute' },
];

interface TypeItem extends QuickPickItem {
  readonly access?: AccessType;
}
interface OptionItem extends QuickPickItem {
  readonly choice: AccessChoice;
}

/** "Would This Access Fault?…": asks for what it was not told, and puts the answer under the walk. */
export class AccessAsker {
  /** What was chosen last, by format: the machine asked about seldom changes. */
  private readonly last = new Map<string, Options>();

  constructor(
    private readonly server: LanguageServer,
    private readonly walker: Walker,
    private readonly walks: WalkList,
    private readonly view: WalksView,
  ) {}

  /**
   * @param given a row of the Walks view; or from a test or another extension `AccessParams`, of which
   *   any part may be left out.
   * @returns the answer; `undefined`: dismissed.
   */
  async ask(given: unknown): Promise<AccessReply | undefined> {
    const told = asTold(given);
    const node = asNode(given);
    let walk = node?.walk ?? (told.address === undefined ? this.walks.shown : undefined);
    walk ??= await this.walkNow(given);
    if (!walk) return undefined;
    const chosen = told.access ?? (await chooseType(walk));
    if (chosen === undefined) return undefined;
    if (chosen === 'another address') {
      const other = await this.walkNow(undefined);
      return other && this.ask({ kind: 'walk', id: other.id, walk: other });
    }
    const options = told.access === undefined ? await this.chooseOptions(walk) : told.options;
    if (!options) return undefined;
    return this.answer(walk, { access: chosen, options });
  }

  /** Asks the accesses of a row's walk again, after the dump or a setting was changed. */
  async askAgain(given: unknown): Promise<void> {
    const id = asNode(given)?.walk.id ?? this.walks.shown?.id ?? null;
    const walk = this.walks.find(id);
    for (const { question } of walk?.accesses ?? []) await this.answer(walk!, question);
  }

  private async answer(walk: WalkRecord, question: AccessQuestion): Promise<AccessReply> {
    const response = await this.server.access({ ...walk.question, ...question });
    if ('problem' in response) throw new Error(response.problem);
    this.walks.addAccess(walk.id, response.walk, question, response.access);
    await this.view.reveal(this.walks.find(walk.id) ?? walk);
    return response.access;
  }

  private async walkNow(given: unknown): Promise<WalkRecord | undefined> {
    return (await this.walker.walk(given)) ? this.walks.shown : undefined;
  }

  /** The state of the CPU: flags to tick, and a value for each word among them. */
  private async chooseOptions({ question, reply }: WalkRecord): Promise<Options | undefined> {
    const { uri, root, format, levels, line, second } = question;
    const choices = await this.server.accessChoices({
      uri,
      ...(root !== undefined && { root }),
      ...(format !== undefined && { format }),
      ...(levels !== undefined && { levels }),
      ...(line !== undefined && { line }),
      ...(second && { second }),
    });
    const before = this.last.get(reply.format) ?? {};
    const items = choices.options.map((choice): OptionItem => {
      const value = before[choice.name];
      return {
        label: choice.name,
        description: choice.help,
        picked: value === undefined ? choice.usuallyOn : value !== false,
        choice,
      };
    });
    const ticked = await window.showQuickPick(items, {
      title: 'Would This Access Fault? The Access and Its CPU',
      placeHolder: 'Tick what is so, then Enter',
      canPickMany: true,
      matchOnDescription: true,
    });
    if (!ticked) return undefined;
    const options: Record<string, boolean | string> = {};
    for (const item of items) {
      const { choice } = item;
      const isTicked = ticked.includes(item);
      // What is as usual is not said: it counts as the CPU's facts have it.
      if (choice.kind === 'flag' && isTicked !== choice.usuallyOn) options[choice.name] = isTicked;
      if (choice.kind === 'flag' || !isTicked) continue;
      const value = await askWord(choice, before[choice.name]);
      if (value === undefined) return undefined;
      options[choice.name] = value;
    }
    this.last.set(reply.format, options);
    return options;
  }
}

async function chooseType(walk: WalkRecord): Promise<AccessType | 'another address' | undefined> {
  const items: TypeItem[] = [
    ...types,
    { label: '', kind: QuickPickItemKind.Separator },
    { label: '$(search) Another address…' },
  ];
  const chosen = await window.showQuickPick(items, {
    title: `Would This Access Fault? Address ${walk.reply.address}`,
    placeHolder: walk.reply.summary,
  });
  return chosen && (chosen.access ?? 'another address');
}

function askWord(
  { name, help }: AccessChoice,
  before: boolean | string | undefined,
): Promise<string | undefined> {
  const check = (text: string) => {
    const typed = readHex(text);
    return 'problem' in typed ? typed : { note: '' };
  };
  return askInput<string>({
    title: `Would This Access Fault? ${help}`,
    prompt: `${name}, hexadecimal.`,
    placeholder: '0x4',
    value: typeof before === 'string' ? before : '',
    check,
    accept: (text) => Promise.resolve({ answer: text.trim() }),
  });
}

interface Told {
  readonly address?: string;
  readonly access?: AccessType;
  readonly options: Options;
}

function asTold(given: unknown): Told {
  if (typeof given !== 'object' || given === null || asNode(given)) return { options: {} };
  const { address, access, options } = given as Readonly<Record<string, unknown>>;
  const type = types.find((known) => known.access === access)?.access;
  const isOptions = typeof options === 'object' && options !== null;
  return {
    ...(typeof address === 'string' && { address }),
    ...(type && { access: type }),
    options: isOptions ? (options as Options) : {},
  };
}
