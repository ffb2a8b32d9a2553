import { expect, test } from "vitest";
import { type Requirement, requirements } from "../../../src/host/commands/requirements.ts";
import type { TrainingState } from "../../../src/protocol/views.ts";
import { runView } from "./runViews.ts";

const states: TrainingState[] = ["training", "paused", "finished", "stopped", "failed", "reading"];
const reason = (requirement: Requirement, state: TrainingState) =>
  requirements[requirement].reason(runView({ progress: { state } }));

/** The clause as the editor would read it, for the key policyGradient.state. */
function clauseHolds(requirement: Requirement, state: TrainingState): boolean {
  const { when } = requirements[requirement];
  if (when === undefined || when === "policyGradient.state") return true;
  return when.split(" || ").some((part) => part === `policyGradient.state == ${state}`);
}

test.each(["nothing", "run", "training", "resumable", "steppable", "stoppable"] as const)(
  "the clause and the sentence of %s agree in every state",
  (requirement) => {
    for (const state of states) {
      expect(clauseHolds(requirement, state)).toBe(reason(requirement, state) === undefined);
    }
  },
);

test("only a run that trains can be paused, and the reason says what it does instead", () => {
  expect(reason("training", "training")).toBeUndefined();
  expect(reason("training", "paused")).toBe("Nothing is training: the run is paused.");
});

test("without a run every need but none says how to get one", () => {
  for (const requirement of Object.keys(requirements) as Requirement[]) {
    const sentence = requirements[requirement].reason(undefined);
    if (requirement === "nothing") expect(sentence).toBeUndefined();
    else expect(sentence).toContain("Train REINFORCE");
  }
});

test("there is no update to export before the first", () => {
  const none = runView({ progress: { update: 0 } });
  expect(requirements.update.reason(none)).toMatch(/no update/);
  expect(requirements.update.reason(runView())).toBeUndefined();
});
