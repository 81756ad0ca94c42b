import { InputBoxValidationSeverity, window } from 'vscode';

/** What checking a text says while it is typed. */
export type Checked = { readonly note: string } | { readonly problem: string };

export interface InputQuestion<T> {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
  readonly value: string;
  /** Runs on every change; quick and local. */
  readonly check: (text: string) => Checked;
  /** Runs on Enter; may ask the server. A problem is shown and the question stays open. */
  readonly accept: (text: string) => Promise<{ readonly answer: T } | { readonly problem: string }>;
}

/**
 * Asks for a text. What is wrong with it is said under it, while typing and after Enter; nothing
 * typed is lost.
 * @returns the accepted answer; `undefined`: the question was dismissed.
 */
export function askInput<T>(question: InputQuestion<T>): Promise<T | undefined> {
  const input = window.createInputBox();
  input.title = question.title;
  input.prompt = question.prompt;
  input.placeholder = question.placeholder;
  input.value = question.value;
  input.ignoreFocusOut = true;

  const say = (checked: Checked, severity = InputBoxValidationSeverity.Error): void => {
    input.validationMessage =
      'problem' in checked
        ? { message: checked.problem, severity }
        : checked.note === ''
          ? undefined
          : { message: checked.note, severity: InputBoxValidationSeverity.Info };
  };
  // An empty box is not an error before anything was typed.
  if (question.value !== '') say(question.check(question.value));

  return new Promise((resolve) => {
    const accept = async (): Promise<void> => {
      const text = input.value;
      const checked = question.check(text);
      if ('problem' in checked) {
        say(checked);
        return;
      }
      input.busy = true;
      const result = await question.accept(text).catch((error: unknown) => ({
        problem: error instanceof Error ? error.message : String(error),
      }));
      input.busy = false;
      if (input.value !== text) return;
      if ('problem' in result) {
        say(result);
        return;
      }
      resolve(result.answer);
      input.hide();
    };
    input.onDidChangeValue((text) => say(question.check(text)));
    input.onDidAccept(() => void accept());
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}
