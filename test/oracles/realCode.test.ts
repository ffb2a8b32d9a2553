import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnoseFile } from "../../src/engine/diagnosis/diagnoseFile.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { runPython } from "./support.ts";

interface Program {
  readonly script: string;
  /** Severity and id of all that must be told. */
  readonly findings: readonly string[];
  readonly weights: string;
}

/** Programs as others write them, with the recorder's lines in; see docs/real-code.md. */
const programs: readonly Program[] = [
  {
    script: "reinforce",
    findings: ["info missing_gamma_t", "info normalised_per_episode"],
    weights: "normalised G",
  },
  {
    script: "actor_critic",
    findings: ["info missing_gamma_t", "info normalised_per_episode"],
    weights: "(normalised G − V)",
  },
  {
    script: "simple_pg",
    findings: ["info episode_return_weights", "info mean_instead_of_sum"],
    weights: "γᵗG₀/T",
  },
  { script: "cleanrl_ppo", findings: [], weights: "normalised GAE·ratio/T" },
  { script: "sb3_a2c", findings: [], weights: "(G − V)/T" },
];

const folder = sharedFolder();

const run = (script: string, ...words: readonly string[]) =>
  runPython(join(import.meta.dirname, "../../examples/real", `${script}.py`), ...words);

describe.each(programs)("$script as others write it", ({ script, findings, weights }) => {
  test.each(["1", "2", "3"])(
    "is named with its variants, without an error, and trains the same with the recorder (seed %s)",
    (seed) => {
      const path = join(folder, `${script}.${seed}.pgtrace`);
      const recorded = run(script, "--seed", seed, "--out", path);
      expect(recorded).toBe(run(script, "--seed", seed));
      const { diagnosis } = diagnoseFile(path);
      expect(diagnosis.findings.map(({ severity, id }) => `${severity} ${id}`)).toEqual(findings);
      expect(diagnosis.verdict).toContain(`c = 1.000·${weights}, residual`);
      expect(diagnosis.updates).toBeGreaterThan(5);
    },
  );
});
