import { createRun, resumeRun } from "../../../src/runs/runWriter.ts";
import { exampleBytes, exampleMetadata, exampleSummary } from "./example.ts";

/**
 * Writes example updates into the run argv[2] with the journal argv[3] until it is killed, and prints the number of
 * each update it was told is safe. Checkpoints every 50 updates, keeps every 10th.
 */
const [path, journal] = process.argv.slice(2);
if (path === undefined || (journal !== "wal" && journal !== "truncate"))
  throw new Error("path and journal expected");

const options = { commitEvery: 5, journal, keepBudget: 200_000 } as const;
const isNew = process.argv[4] === "new";
const writer = isNew ? createRun(path, exampleMetadata, options) : resumeRun(path, options);
if (isNew) {
  writer.recordLoss(1, "first", {});
  writer.checkpoint(0, exampleBytes(0, 3000));
}
let told = -1;
for (;;) {
  const update = writer.updateCount + 1;
  if (update % 1000 === 0) writer.recordLoss(update, `from ${update}`, {});
  writer.append(exampleSummary(update));
  if (update % 50 === 0) writer.checkpoint(update, exampleBytes(update, 18_000));
  if (update % 10 === 0)
    writer.keep(update, exampleBytes(update, 5000), update % 100 === 0 ? "sample" : "latest");
  writer.tick(performance.now());
  if (writer.acknowledged === told) continue;
  told = writer.acknowledged;
  process.stdout.write(`${told}\n`);
}
