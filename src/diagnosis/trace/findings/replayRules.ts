import { formatSignificant } from "../../scale.ts";
import type { FindingRule } from "../findingRule.ts";

const tolerance = 1e-4;

/** Recorded rewards are those of the step before or after. */
export const shiftedRewards: FindingRule = {
  id: "rewards_off_by_one",
  severity: "error",
  title: "recorded rewards are shifted by one step",
  why: "Every step is credited with another step's reward. It goes unnoticed where all rewards are equal, and ruins learning where they are sparse.",
  fix: "obs, reward, … = env.step(action)   # store reward beside the action that earned it",
  reference: "openai/spinningup#50",
  detect: ({ evidence: { replay, recordedReward, where } }) => {
    if (!replay || !recordedReward) return undefined;
    for (const shift of [-1, 1]) {
      const wrong: number[] = [];
      let compared = 0;
      let fits = true;
      replay.rows.forEach((row, index) => {
        const other = index + shift;
        const neighbour = replay.rows[other];
        if (neighbour === undefined || where(neighbour).episode !== where(row).episode) return;
        compared++;
        const recorded = recordedReward(row);
        if (Math.abs(recorded - replay.rewards[other]!) > tolerance * (1 + Math.abs(recorded))) fits = false;
        if (Math.abs(recorded - replay.rewards[index]!) > tolerance * (1 + Math.abs(recorded)))
          wrong.push(row);
      });
      if (!fits || wrong.length < 2) continue;
      const words = shift < 0 ? "the step before" : "the step after";
      return {
        message: `Replaying ${replay.environment} gives another reward on ${wrong.length} of ${compared} steps; the recorded one is that of ${words} on every step`,
        evidence: { compared, differing: wrong.length, shift },
        rows: wrong,
        updates: [],
      };
    }
    return undefined;
  },
};

/** The environment says otherwise about an episode's end. */
export const wrongTermination: FindingRule = {
  id: "truncation_as_termination",
  severity: "error",
  title: "a time limit is recorded as termination",
  why: "The state after a time limit has a value; a terminal one has none.",
  fix: "obs, reward, terminated, truncated, info = env.step(action)   # keep the two apart",
  reference: "Gymnasium, handling time limits",
  detect: ({ evidence: { replay, recordedTermination } }) => {
    if (!replay || !recordedTermination) return undefined;
    const wrong = Array.from(replay.rows).filter(
      (row, index) =>
        recordedTermination(row) && replay.terminated[index] === 0 && replay.truncated[index] === 1,
    );
    if (wrong.length === 0) return undefined;
    return {
      message: `Replaying ${replay.environment}: ${wrong.length} steps recorded as terminated reach the time limit in a state that is not terminal (largest distance of the replayed observation ${formatSignificant(replay.observationDistance, 2)})`,
      evidence: { steps: wrong.length },
      rows: wrong,
      updates: [],
    };
  },
};
