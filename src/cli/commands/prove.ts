import { proveOnSmallProblem, proveOnUpdate } from "../../engine/proof/request.ts";
import { statedRule } from "../../engine/proof/statedRule.ts";
import { UserError } from "../../engine/userError.ts";
import type { ProofResult } from "../../protocol/proofViews.ts";
import type { CommandRecord, Parsed } from "../command.ts";
import { printDiagnostics, readLoss } from "../lossArgument.ts";
import { openUpdate } from "../openUpdate.ts";
import { jsonLine } from "../output.ts";
import { proofText } from "../proofText.ts";

export const proveCommand: CommandRecord = {
  name: "prove",
  usage: "TEXT|FILE [--run FILE.pgrun [--update K]] [--rule RULE] [--json]",
  summary: "prove a loss: autodiff, the rule step by step, and central differences in float64",
  details: `
Without --run the loss is proved on a small made-up problem; --seed makes another one.
A failure comes with the smallest data it could be found on, which pgi loss --data reads.
Exit 0 only where everything agrees.`,
  positionals: [1, 1],
  options: {
    run: { value: "FILE", help: "a run whose batch and parameters the loss is proved on" },
    update: { value: "K", help: "the update's number, from 1 (default: the last)" },
    rule: {
      value: "RULE",
      help: "also prove that the loss is this rule: as written, or reinforce, missing_gamma_t, …",
    },
    seed: { value: "N", help: "of the directions, and of the made-up problem (default 1)" },
    json: { help: "one JSON object with every check" },
  },
  async run(parsed, console) {
    const text = readLoss(parsed.positionals[0]) as string;
    const result = await prove(text, parsed);
    if (!result.ok) {
      printDiagnostics(text, result.diagnostics, console);
      return 2;
    }
    console.out(parsed.flag("json") ? jsonLine(result) : proofText(result));
    return result.status === "passed" ? 0 : 1;
  },
};

async function prove(text: string, parsed: Parsed): Promise<ProofResult> {
  const rule = parsed.text("rule");
  const seed = parsed.integer("seed");
  const options = {
    ...(rule !== undefined && { rule: statedRule(rule) }),
    ...(seed !== undefined && { seed }),
  };
  const path = parsed.text("run");
  if (path === undefined) {
    if (parsed.given("update")) throw new UserError("usage", "--update needs --run FILE.");
    return proveOnSmallProblem(text, options);
  }
  const { run, inspector } = await openUpdate(path, parsed.integer("update", 1));
  try {
    return await proveOnUpdate(inspector.frozen, text, options);
  } finally {
    await run.close();
  }
}
