import { algorithms } from "../../algorithms/registry.ts";
import { testLossOnProbes } from "../../engine/probes/testLoss.ts";
import type { ProbeView } from "../../protocol/views.ts";
import type { CommandRecord } from "../command.ts";
import { readLoss, refusesLoss } from "../lossArgument.ts";
import { jsonLine } from "../output.ts";

export const probesCommand: CommandRecord = {
  name: "probes",
  usage: "[TEXT|FILE] [--json]",
  summary: "test a loss on small environments, each of which asks one thing of it",
  details: `
Trains a linear policy with the loss on five environments of one or two steps and says which part of it works: sign, credit,
discount, use of the observation. Exits 1 where one fails. Without a loss it tests REINFORCE (13.3).`,
  positionals: [0, 1],
  options: { json: { help: "JSON Lines: one object a probe, a last one with the time it took" } },
  async run(parsed, console) {
    const loss = readLoss(parsed.positionals[0]) ?? (algorithms[0]?.loss as string);
    if (refusesLoss(loss, console)) return 2;
    const { probes, milliseconds } = testLossOnProbes(loss);
    const failed = probes.filter(({ works }) => !works).length;
    if (parsed.flag("json")) {
      for (const probe of probes) console.out(jsonLine(probe));
      console.out(jsonLine({ done: true, probes: probes.length, failed, milliseconds }));
    } else {
      console.out(probes.map(lines).join(""));
      const verdict =
        failed === 0 ? `All ${probes.length} probes work` : `${failed} of ${probes.length} probes fail`;
      console.out(`\n${verdict} (${(milliseconds / 1000).toFixed(1)} s).\n`);
    }
    return failed === 0 ? 0 : 1;
  },
};

function lines({ works, title, asks, expected, seen, hint }: ProbeView): string {
  const head = `${works ? "works" : "FAILS"}  ${title}: ${asks}\n       expected ${expected}; seen ${seen}\n`;
  return hint === null ? head : `${head}       ${hint}\n`;
}
