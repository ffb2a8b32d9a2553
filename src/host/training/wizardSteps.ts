import * as vscode from "vscode";
import { DisposableStore } from "../disposables.ts";

export const backPressed = "back";

/** An answer, the way back, or undefined where the person went away. */
export type StepAnswer<Answer> = Answer | typeof backPressed | undefined;

interface StepPlace {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

export interface ChoiceItem extends vscode.QuickPickItem {
  readonly id: string;
}

/** Shows one list of a series; the item with the id `current` stands selected. */
export function askChoice<Item extends ChoiceItem>(
  options: StepPlace & { placeholder: string; items: readonly Item[]; current: string | undefined },
): Promise<StepAnswer<Item>> {
  const picker = vscode.window.createQuickPick<Item>();
  picker.items = options.items;
  picker.placeholder = options.placeholder;
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  const current = options.items.find(({ id }) => id === options.current);
  if (current !== undefined) picker.activeItems = [current];
  return showStep(picker, options, () => picker.activeItems[0]);
}

/** Shows one list of a series from which several are taken, at least one. */
export function askChoices<Item extends ChoiceItem>(
  options: StepPlace & { placeholder: string; items: readonly Item[]; current: readonly string[] },
): Promise<StepAnswer<readonly Item[]>> {
  const picker = vscode.window.createQuickPick<Item>();
  picker.canSelectMany = true;
  picker.items = options.items;
  picker.placeholder = options.placeholder;
  picker.matchOnDetail = true;
  picker.selectedItems = options.items.filter(({ id }) => options.current.includes(id));
  return showStep(picker, options, () =>
    picker.selectedItems.length > 0 ? [...picker.selectedItems] : undefined,
  );
}

/** Asks for one line; it is taken only where `problem` finds none. */
export function askText(
  options: StepPlace & { prompt: string; value: string; problem: (value: string) => string | undefined },
): Promise<StepAnswer<{ text: string }>> {
  const box = vscode.window.createInputBox();
  box.prompt = options.prompt;
  box.value = options.value;
  box.onDidChangeValue((value) => {
    box.validationMessage = options.problem(value);
  });
  return showStep(box, options, () =>
    options.problem(box.value) === undefined ? { text: box.value } : undefined,
  );
}

function showStep<Answer>(
  input: (vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox) & { onDidAccept: vscode.Event<void> },
  { title, step, totalSteps }: StepPlace,
  read: () => Answer | undefined,
): Promise<StepAnswer<Answer>> {
  const owned = new DisposableStore();
  owned.add(input);
  Object.assign(input, { title, step, totalSteps, ignoreFocusOut: true });
  input.buttons = step > 1 ? [vscode.QuickInputButtons.Back] : [];
  return new Promise<StepAnswer<Answer>>((resolve) => {
    owned.add(
      input.onDidAccept(() => {
        const answer = read();
        if (answer !== undefined) resolve(answer);
      }),
    );
    owned.add(input.onDidTriggerButton(() => resolve(backPressed)));
    owned.add(input.onDidHide(() => resolve(undefined)));
    input.show();
  }).finally(() => owned.dispose());
}
