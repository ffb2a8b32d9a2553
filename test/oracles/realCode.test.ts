import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnoseFile } from "../../src/engine/diagnosis/diagnoseFile.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { askOracle } from "./support.ts";

interface Verdict {
  /** Severity and id of all that must be told. */
  readonly findings: readonly string[];
  /** κ and the weights of the verdict. */
  readonly weights: string;
}

/** Programs as others write them, with the recorder's lines in; see docs/real-code.md. */
const verdicts: Readonly<Record<string, Verdict>> = {
  reinforce: {
    findings: ["info missing_gamma_t", "info normalised_per_episode"],
    weights: "1.000·normalised G",
  },
  actor_critic: {
    findings: ["info missing_gamma_t", "info normalised_per_episode"],
    weights: "1.000·(normalised G − V)",
  },
  simple_pg: {
    findings: ["info episode_return_weights", "info mean_instead_of_sum"],
    weights: "1.000·G₀/T",
  },
  forum_reinforce: { findings: ["info missing_gamma_t"], weights: "1.000·G" },
  cleanrl_ppo: { findings: [], weights: "1.000·normalised GAE·ratio/T" },
  cleanrl_ppo_continuous: { findings: [], weights: "1.000·normalised GAE·ratio/T" },
  sb3_a2c: { findings: [], weights: "1.000·(G − V)/T" },
  sb3_ppo: { findings: [], weights: "1.000·normalised GAE·ratio/T" },
  token_reinforce: {
    findings: ["info zero_loss_nonzero_gradient"],
    weights: "1.000·normalised G·ratio/T",
  },
  // JAX's std divides by n, of the 32 rows of a minibatch here: √(32/31) = 1.016.
  purejaxrl_ppo: { findings: [], weights: "1.016·normalised GAE·ratio/T" },
};

const folder = sharedFolder();
const ends = askOracle<Record<string, Record<string, readonly [string, string]>>>("real", 0, folder);

test("every program of examples/real has its verdict", () => {
  expect(Object.keys(ends).sort()).toEqual(Object.keys(verdicts).sort());
});

describe.each(Object.entries(verdicts))("%s as others write it", (name, { findings, weights }) => {
  test.each(["1", "2", "3"])(
    "is named with its variants, without an error, and trains the same with the recorder (seed %s)",
    (seed) => {
      const [recorded, silent] = ends[name]![seed]!;
      expect(recorded).toMatch(/\d/);
      expect(recorded).toBe(silent);
      const { diagnosis } = diagnoseFile(join(folder, `${name}.${seed}.pgtrace`));
      expect(diagnosis.findings.map(({ severity, id }) => `${severity} ${id}`)).toEqual(findings);
      expect(diagnosis.verdict).toContain(`c = ${weights}, residual`);
      expect(diagnosis.updates).toBeGreaterThan(5);
    },
  );
});
