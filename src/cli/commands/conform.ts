import { Backends } from "../../engine/backends/backends.ts";
import { backendNames, isDevice } from "../../engine/backends/names.ts";
import type { Outcome } from "../../engine/conformance/outcome.ts";
import { ConformanceCount, conform, conformOnDevice } from "../../engine/conformance/run.ts";
import { runtimePlaces } from "../../engine/runtimes/places.ts";
import { UserError } from "../../engine/userError.ts";
import type { CommandRecord } from "../command.ts";
import { jsonLine } from "../output.ts";
import { readJson } from "./loss.ts";

export const conformCommand: CommandRecord = {
  name: "conform",
  usage: "FILE [--backend NAME] [--json]",
  summary: "recompute a file of reference numbers and compare",
  details: `
FILE is one of the reference files (expressions, distributions, returns, updates, environments, short_corridor) or
another of the same form. Exit 1 if a case failed or nothing was compared.`,
  positionals: [1, 1],
  options: {
    backend: {
      value: "NAME",
      help: `${backendNames.join(", ")}: what computes a file of updates (default kernels)`,
    },
    json: { help: "JSON Lines: one object a case with computed, error or skipped; a last one with summary" },
  },
  async run(parsed, console) {
    const path = parsed.positionals[0] as string;
    const reference = await referenceOf(path, parsed.text("backend"));
    if (!reference.ok) throw new UserError("usage", `${path}: ${reference.message}`);
    const json = parsed.flag("json");
    const count = new ConformanceCount();
    for await (const outcome of reference.outcomes) {
      count.add(outcome);
      if (json) console.out(jsonLine(outcome.line));
      else if (outcome.failed) console.out(failure(outcome));
      else if ("skipped" in outcome.line)
        console.out(`skipped ${outcome.line.case}: ${outcome.line.skipped}\n`);
    }
    const summary = count.summary();
    if (json) console.out(jsonLine(summary));
    else
      console.out(
        `${reference.name}: ${summary.compared} of ${summary.cases} cases compared, ${summary.failed} failed, ${summary.skipped} skipped; worst deviation ${summary.worst.toPrecision(3)} of its tolerance\n`,
      );
    return summary.failed > 0 || summary.compared === 0 ? 1 : 0;
  },
};

async function referenceOf(path: string, name: string | undefined) {
  const parsed = readJson(path);
  const backend = backendNames.find((candidate) => candidate === (name ?? "kernels"));
  if (backend === undefined) {
    throw new UserError("usage", `There is no backend "${name}"; there are ${backendNames.join(", ")}.`);
  }
  if (isDevice(backend)) {
    return conformOnDevice(parsed, await new Backends(runtimePlaces(process.env)).open(backend));
  }
  const reference = conform(parsed);
  return reference.ok ? { ...reference, name: reference.kind.name } : reference;
}

function failure({ line, comparison }: Outcome): string {
  const reason = "error" in line ? line.error : comparison.mismatches.slice(0, 3).join("; ");
  return `failed  ${line.case}: ${reason}\n`;
}
