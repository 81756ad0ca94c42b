import { type QuickPickItem, window } from 'vscode';

import type {
  SimulationAction,
  SimulationOperation,
  SimulationParameter,
} from '../../server/simulation-protocol';
import type { SimulationServer } from '../simulation/simulation-server';
import { askInput } from './ask-input';

type Arguments = Readonly<Record<string, unknown>>;

const placeholders: Readonly<Record<SimulationParameter['kind'], string>> = {
  frame: '0x1fe',
  address: '0x1000',
  word: '0x0',
  count: '0',
  flag: '',
  choice: '',
  frames: '0x1fe, 0x1ff',
};

/** Asks for an operation of the machine and its parameters, one after the other. */
export class OperationAsker {
  constructor(private readonly server: SimulationServer) {}

  /** @returns the operation as in a scenario's `run`; `undefined`: dismissed */
  async ask(): Promise<Arguments | undefined> {
    const operation = await this.#chooseOperation();
    if (!operation) return undefined;
    const required = operation.parameters.filter(({ optional }) => !optional);
    const asked = await this.#askAll(operation, { do: operation.name }, required, {});
    return asked && this.#askOptional(operation, asked);
  }

  /** What an action of a row leaves open. */
  async complete(action: SimulationAction): Promise<Arguments | undefined> {
    if (action.ask.length === 0) return action.operation;
    const operations = await this.server.operations();
    const operation = operations.find(({ name }) => name === action.operation['do']);
    if (!operation) return undefined;
    const parameters = operation.parameters.filter(({ name }) => action.ask.includes(name));
    return this.#askAll(operation, action.operation, parameters, action.suggestions);
  }

  async #chooseOperation(): Promise<SimulationOperation | undefined> {
    const all = await this.server.operations();
    const offered = all.filter(({ refusal }) => refusal === null);
    const refused = all.filter(({ refusal }) => refusal !== null);
    const items = [...offered, ...refused].map((operation) => ({
      label: `${operation.refusal === null ? '' : '$(circle-slash) '}${operation.title}`,
      description: operation.name,
      detail: operation.refusal === null ? operation.summary : `Not here: ${operation.refusal}`,
      operation,
    }));
    const chosen = await window.showQuickPick(items, {
      title: 'Run an Operation',
      placeHolder:
        'What the machine does next; in the middle of an operation: what another CPU does',
      matchOnDescription: true,
      matchOnDetail: true,
    });
    return chosen?.operation.refusal === null ? chosen.operation : undefined;
  }

  async #askAll(
    operation: SimulationOperation,
    given: Arguments,
    parameters: readonly SimulationParameter[],
    suggestions: Readonly<Record<string, string>>,
  ): Promise<Arguments | undefined> {
    let all = given;
    for (const parameter of parameters) {
      const { name } = parameter;
      const value = await this.#askOne(operation, all, parameter, suggestions[name] ?? '');
      if (value === undefined) return undefined;
      all = { ...all, [name]: value };
    }
    return all;
  }

  /** What may be left out is offered until the operation is to run. */
  async #askOptional(
    operation: SimulationOperation,
    given: Arguments,
  ): Promise<Arguments | undefined> {
    const optional = operation.parameters.filter((parameter) => parameter.optional);
    if (optional.length === 0) return given;
    for (let all = given; ;) {
      const run: QuickPickItem & { parameter?: SimulationParameter } = { label: '$(play) Run' };
      const items = [
        run,
        ...optional.map((parameter) => ({
          label: parameter.name,
          description: valueText(all[parameter.name]),
          detail: parameter.meaning,
          parameter,
        })),
      ];
      const chosen = await window.showQuickPick(items, {
        title: `${operation.title}: run, or say more`,
      });
      if (!chosen) return undefined;
      if (!chosen.parameter) return all;
      const value = await this.#askOne(operation, all, chosen.parameter, '');
      if (value !== undefined) all = { ...all, [chosen.parameter.name]: value };
    }
  }

  async #askOne(
    operation: SimulationOperation,
    given: Arguments,
    parameter: SimulationParameter,
    suggestion: string,
  ): Promise<unknown> {
    const { name, kind, choices, meaning } = parameter;
    const title = `${operation.title}: ${name}`;
    if (kind === 'choice')
      return window.showQuickPick([...choices], { title, placeHolder: meaning });
    if (kind === 'flag') {
      const chosen = await window.showQuickPick(['yes', 'no'], { title, placeHolder: meaning });
      return chosen === undefined ? undefined : chosen === 'yes';
    }
    return askInput({
      title,
      prompt: meaning,
      placeholder: placeholders[kind],
      value: suggestion,
      check: () => ({ note: '' }),
      accept: async (text) => {
        const value = readValue(kind, text);
        const problem = await this.server.check({
          operation: { ...given, [name]: value },
          parameter: name,
        });
        return problem === null ? { answer: value } : { problem };
      },
    });
  }
}

/** A typed value as JSON has it: words and frames as `0x…`, whether or not that was typed. */
function readValue(kind: SimulationParameter['kind'], text: string): unknown {
  const typed = text.trim();
  if (kind === 'count') return /^\d+$/.test(typed) ? Number(typed) : typed;
  if (kind === 'frames')
    return typed
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(withPrefix);
  return withPrefix(typed);
}

function withPrefix(text: string): string {
  return /^[0-9a-f]+$/i.test(text) ? `0x${text}` : text;
}

function valueText(value: unknown): string {
  return value === undefined ? 'as usual' : JSON.stringify(value);
}
