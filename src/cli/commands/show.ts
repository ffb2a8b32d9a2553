import type { CommandRecord } from "../command.ts";
import { showUpdate } from "../showUpdate.ts";

export const showCommand: CommandRecord = {
  name: "show",
  usage: "FILE.pgrun [--update K] [--sort COLUMN] [--limit N] [--columns A,B]",
  summary: "the step table of any update, its loss and the rule it is",
  positionals: [1, 1],
  options: {
    update: { value: "K", help: "the update's number, from 1 (default: the last)" },
    sort: { value: "COLUMN", help: "sort by a column, largest first: share, size, weight, G, …" },
    ascending: { help: "smallest first" },
    limit: { value: "N", help: "rows to print (default 20)" },
    columns: { value: "A,B", help: "columns or groups to print: t,action,G,dlogit,pi,obs,…" },
    json: { help: "JSON Lines: one object a step, a last one for the update" },
  },
  async run(parsed, console) {
    await showUpdate(
      parsed.positionals[0] as string,
      parsed.integer("update", 1),
      {
        sort: parsed.text("sort"),
        ascending: parsed.flag("ascending"),
        limit: parsed.integer("limit", 1),
        columns: parsed
          .text("columns")
          ?.split(",")
          .map((name) => name.trim()),
        json: parsed.flag("json"),
      },
      console,
    );
    return 0;
  },
};
