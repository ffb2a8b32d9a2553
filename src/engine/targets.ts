import { compileLoss } from "../loss/evaluate.ts";
import { offeredSymbols } from "../loss/names.ts";
import { parseLoss } from "../loss/parse.ts";
import type { PolicySpecification } from "../policies/policy.ts";
import type { RecordedColumns } from "../rl/batch.ts";
import { lossInputs, namesFor } from "./lossInputs.ts";
import type { PolicySource } from "./lossOnBatch.ts";
import { UserError } from "./userError.ts";

/** The columns that a loss may read as recorded before a batch's first update. */
export const targetNames = ["adv", "G_recorded"] as const;

/** A text that computes targets from a whole batch, once, under the parameters that gathered it. */
export interface Targets {
  /** The target columns that it defines. */
  readonly names: readonly string[];
  compute(source: PolicySource): RecordedColumns;
}

/**
 * Reads a targets text of the loss language: its statements named `adv` and `G_recorded` are what a loss then reads as
 * constants, beside V_recorded and log_pi_old. Throws UserError where it cannot be read or defines neither.
 */
export function readTargets(text: string, specification: PolicySpecification): Targets {
  const { program, diagnostics } = parseLoss(text);
  if (!program) throw targetsError(diagnostics[0]?.message ?? "they are empty");
  const symbols = offeredSymbols(specification.gaussian === undefined ? "discrete" : "continuous");
  const { compiled, diagnostics: problems } = compileLoss(program, symbols);
  if (!compiled) throw targetsError(problems[0]?.message ?? "they cannot be compiled");
  const available = namesFor(specification, false);
  const missing = [...compiled.leaves].find((name) => !available.includes(name));
  if (missing !== undefined) throw targetsError(`this policy has no ${missing}`);
  const statements = program.statements.filter(({ name }) => targetNames.some((target) => target === name));
  if (statements.length === 0) throw targetsError(`they define none of ${targetNames.join(", ")}`);
  return {
    names: statements.map(({ name }) => name!),
    compute: (source) => {
      const evaluation = compiled.evaluate(lossInputs(compiled.leaves, source), { keep: "all" });
      if (!evaluation.ok) throw targetsError(evaluation.diagnostics[0]?.message ?? "they have no value");
      const columns = statements.map(({ name, expression }) => {
        const node = evaluation.node(expression.id);
        if (node?.shape.length !== 1) throw targetsError(`${name} is no column of steps`);
        return [name!, node.value.slice()] as const;
      });
      return Object.fromEntries(columns);
    },
  };
}

function targetsError(message: string): UserError {
  return new UserError("wrong_targets", `The targets cannot be used: ${message.replace(/\.$/, "")}.`);
}
