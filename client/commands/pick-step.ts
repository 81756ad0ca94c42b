import { QuickInputButtons, type QuickPickItem, window } from 'vscode';

/** One question of several: a list to choose from, with a way back to the question before. */
export interface PickStep<T extends QuickPickItem> {
  readonly title: string;
  readonly placeholder: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly items: readonly T[];
  /** The item the list stands on at first. */
  readonly active?: T | undefined;
}

/** @returns the item chosen; `back`: the question before is asked again; `undefined`: dismissed. */
export function pickStep<T extends QuickPickItem>(
  step: PickStep<T>,
): Promise<T | 'back' | undefined> {
  const pick = window.createQuickPick<T>();
  pick.title = step.title;
  pick.placeholder = step.placeholder;
  pick.step = step.step;
  pick.totalSteps = step.totalSteps;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  pick.items = step.items;
  if (step.active) pick.activeItems = [step.active];
  if (step.step > 1) pick.buttons = [QuickInputButtons.Back];
  return new Promise((resolve) => {
    pick.onDidTriggerButton(() => {
      resolve('back');
      pick.hide();
    });
    pick.onDidAccept(() => {
      resolve(pick.activeItems[0]);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
