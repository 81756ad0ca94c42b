import {
  env,
  QuickInputButtons,
  type QuickPick,
  type QuickPickItem,
  QuickPickItemKind,
  type TextEditor,
  window,
} from 'vscode';

import type {
  Composed,
  ComposedField,
  ComposeParams,
  ComposeResponse,
} from '../../server/protocol';
import { formatHex, readHex } from '../hex-digits';
import { askInput } from './ask-input';

/** Where an entry is composed, and what asks the server for it. */
export interface FieldQuestion {
  /** What the entry is: `EPT, level 1, v5.19 – v6.9`. */
  readonly place: string;
  readonly totalSteps: number;
  /** The place, without any field. */
  readonly params: ComposeParams;
  /** A word to start from, or empty. */
  readonly start: string;
  readonly compose: (params: ComposeParams) => Promise<ComposeResponse>;
  /** Told of every entry on the way. */
  readonly show: (composed: Composed) => void;
}

interface FieldItem extends QuickPickItem {
  readonly act?: () => Promise<'done' | 'again'>;
  readonly field?: string;
}

/**
 * Sets fields one by one; the value stands on top and changes with them. Enter on the value copies
 * it, on a bit turns it over, on a wider field asks for its value.
 */
export class FieldChooser {
  private params: ComposeParams;
  private composed!: Composed;
  private readonly editor: TextEditor | undefined = window.activeTextEditor;

  constructor(private readonly question: FieldQuestion) {
    this.params = question.params;
  }

  /** @returns the entry; `back`: another place is wanted; `undefined`: dismissed. */
  async choose(): Promise<Composed | 'back' | undefined> {
    const problem = await this.recompose(this.params);
    if (problem !== undefined) throw new Error(problem);
    let field: string | undefined;
    for (;;) {
      const item = await this.pick(field);
      if (item === 'back' || item === undefined) return item;
      if ((await item.act?.()) === 'done') return this.composed;
      field = item.field;
    }
  }

  /** @returns what is wrong; then nothing has changed. */
  private async recompose(params: ComposeParams): Promise<string | undefined> {
    const response = await this.question.compose(params);
    if ('problem' in response) return response.problem;
    this.composed = response.composed;
    const { shape, fields } = response.composed;
    this.params = {
      ...this.question.params,
      shape,
      fields: Object.fromEntries(fields.map(({ name, value }) => [name, value])),
    };
    this.question.show(response.composed);
    return undefined;
  }

  private pick(field: string | undefined): Promise<FieldItem | 'back' | undefined> {
    const pick = window.createQuickPick<FieldItem>();
    this.fill(pick, field);
    pick.buttons = [QuickInputButtons.Back];
    pick.step = this.question.totalSteps;
    pick.totalSteps = this.question.totalSteps;
    pick.ignoreFocusOut = true;
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    return new Promise((resolve) => {
      pick.onDidTriggerButton(() => {
        resolve('back');
        pick.hide();
      });
      pick.onDidAccept(() => {
        const [item] = pick.activeItems;
        // A bit turns over while the list stays as it is.
        const bit = this.composed.fields.find(
          ({ name, width }) => name === item?.field && width === 1,
        );
        if (bit) void this.turnOver(bit).then(() => this.fill(pick, bit.name));
        else {
          resolve(item);
          pick.hide();
        }
      });
      pick.onDidHide(() => {
        resolve(undefined);
        pick.dispose();
      });
      pick.show();
    });
  }

  private fill(pick: QuickPick<FieldItem>, field: string | undefined): void {
    const { value, summary } = this.composed;
    pick.title = `Compose an Entry: ${this.question.place}`;
    pick.placeholder = `${value}  ${summary}`;
    pick.keepScrollPosition = true;
    const items = this.items();
    pick.items = items;
    const active = items.find((item) => item.field === field && field !== undefined);
    if (active) pick.activeItems = [active];
  }

  private items(): FieldItem[] {
    const { value, summary, shape, fields } = this.composed;
    const { start } = this.question;
    const named = fields.filter(({ idle }) => !idle);
    const idle = fields.filter(({ idle: without }) => without);
    return [
      {
        label: `$(copy) ${value}`,
        description: summary,
        detail: 'Enter copies the value',
        alwaysShow: true,
        act: () => this.copy(),
      },
      ...(this.editor
        ? [{ label: `$(insert) Insert ${value} at the cursor`, act: () => this.insert() }]
        : []),
      ...(start === ''
        ? []
        : [
            {
              label: `$(debug-continue) Start from ${start}`,
              description: 'the word under the cursor',
              act: () => this.startFrom(start),
            },
          ]),
      {
        label: `$(symbol-class) Kind of entry: ${shape}`,
        description: 'change…',
        act: () => this.chooseShape(),
      },
      { label: 'fields', kind: QuickPickItemKind.Separator },
      ...named.map((field) => this.fieldItem(field)),
      { label: 'bits without a meaning', kind: QuickPickItemKind.Separator },
      ...idle.map((field) => this.fieldItem(field)),
    ];
  }

  private fieldItem(field: ComposedField): FieldItem {
    const { name, bits, value, width, meaning } = field;
    const shown = width === 1 ? value.replace('0x', '') : value;
    return {
      label: `${width === 1 && value !== '0x0' ? '$(check) ' : ''}${name} = ${shown}`,
      description: `${width === 1 ? 'bit' : 'bits'} ${bits}${meaning === '' ? '' : ` · ${meaning}`}`,
      field: name,
      act: () => this.askValue(field),
    };
  }

  private async turnOver({ name, value }: ComposedField): Promise<void> {
    const fields = { ...this.params.fields, [name]: value === '0x0' ? '0x1' : '0x0' };
    await this.recompose({ ...this.params, fields });
  }

  private async askValue({ name, bits, value, meaning }: ComposedField): Promise<'again'> {
    await askInput<string>({
      title: `${name}, bits ${bits}`,
      prompt: meaning === '' ? 'Hexadecimal.' : `Now: ${meaning}. Hexadecimal.`,
      placeholder: '0x0',
      value,
      check: (text) => {
        const typed = readHex(text);
        return 'problem' in typed ? typed : { note: '' };
      },
      accept: async (text) => {
        const typed = readHex(text);
        if ('problem' in typed) return typed;
        const fields = { ...this.params.fields, [name]: formatHex(typed.value) };
        const problem = await this.recompose({ ...this.params, fields });
        return problem === undefined ? { answer: text } : { problem };
      },
    });
    return 'again';
  }

  private async startFrom(start: string): Promise<'again'> {
    const problem = await this.recompose({ ...this.question.params, value: start, fields: {} });
    if (problem !== undefined) void window.showWarningMessage(`Pagewalk: ${problem}`);
    return 'again';
  }

  /** Another kind of entry: wide fields that both kinds have are kept, their marks are not. */
  private async chooseShape(): Promise<'again'> {
    const { shape, shapes, fields } = this.composed;
    const chosen = await window.showQuickPick(
      shapes.map((name) => ({ label: name, description: name === shape ? 'now' : '' })),
      { title: `Compose an Entry: ${this.question.place}: Kind`, ignoreFocusOut: true },
    );
    if (!chosen || chosen.label === shape) return 'again';
    await this.recompose({ ...this.params, shape: chosen.label, fields: {} });
    const known = new Set(this.composed.fields.map(({ name }) => name));
    const kept = fields.filter(({ name, width, idle }) => !idle && width > 1 && known.has(name));
    await this.recompose({
      ...this.params,
      fields: {
        ...this.params.fields,
        ...Object.fromEntries(kept.map(({ name, value }) => [name, value])),
      },
    });
    return 'again';
  }

  private async copy(): Promise<'done'> {
    const { value } = this.composed;
    await env.clipboard.writeText(value);
    window.setStatusBarMessage(`Pagewalk: ${value} is on the clipboard`, 5000);
    return 'done';
  }

  private async insert(): Promise<'done'> {
    const { value } = this.composed;
    const { editor } = this;
    await editor?.edit((edit) => {
      for (const selection of editor.selections) edit.replace(selection, value);
    });
    return 'done';
  }
}
