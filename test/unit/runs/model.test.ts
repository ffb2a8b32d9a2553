import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openRun, type RunReader } from "../../../src/runs/runReader.ts";
import { createRun, type RunWriter, resumeRun } from "../../../src/runs/runWriter.ts";
import { exampleBytes, exampleMetadata, exampleSummary } from "./example.ts";
import { temporaryFolder } from "./support.ts";

/** What a run holds, as plain values. */
interface Contents {
  updates: number;
  checkpoints: number[];
  losses: { fromUpdate: number; text: string }[];
  pins: Map<number, string>;
  kept: Map<number, "pinnable" | "sample">;
  title: string;
}

interface Model {
  gathered: Contents;
  committed: Contents;
}

interface Real {
  readonly path: string;
  writer: RunWriter;
  readonly reader: RunReader;
}

type Command = fc.Command<Model, Real>;

function command(
  name: string,
  run: (model: Model, real: Real) => void,
  check: (model: Model) => boolean = () => true,
): Command {
  return { check, run, toString: () => name };
}

/** After a commit only the latest kept update, the sample and the pinned are left. */
function commit(model: Model): void {
  const { kept, pins } = model.gathered;
  const latest = Math.max(...kept.keys());
  for (const [update, kind] of kept)
    if (kind !== "sample" && update !== latest && !pins.has(update)) kept.delete(update);
  model.committed = structuredClone(model.gathered);
}

function compare({ committed }: Model, run: RunReader): void {
  expect(run.updateCount).toBe(committed.updates);
  const columns = run.summaries(1, committed.updates);
  for (const [index, update] of columns.update.entries()) {
    expect(columns.return[index]).toBe(exampleSummary(update).return);
    expect(columns.lossId[index]).toBe(committed.losses.filter((loss) => loss.fromUpdate <= update).length);
  }
  expect(run.checkpointList()).toEqual([...committed.checkpoints].sort((a, b) => a - b));
  expect(run.losses().map(({ fromUpdate, text }) => ({ fromUpdate, text }))).toEqual(committed.losses);
  expect(new Map(run.pins())).toEqual(new Map([...committed.pins].sort(([a], [b]) => a - b)));
  expect(run.keptList().map((kept) => kept.update)).toEqual([...committed.kept.keys()].sort((a, b) => a - b));
  expect(run.metadata.title).toBe(committed.title);
}

const append = fc.integer({ min: 1, max: 6 }).map((count) =>
  command(`append ${count}`, ({ gathered }, { writer }) => {
    for (let index = 0; index < count; index++) writer.append(exampleSummary(++gathered.updates));
  }),
);

const checkpoint = fc.constant(
  command("checkpoint", ({ gathered }, { writer }) => {
    writer.checkpoint(gathered.updates, exampleBytes(gathered.updates, 50));
    if (!gathered.checkpoints.includes(gathered.updates)) gathered.checkpoints.push(gathered.updates);
  }),
);

const keep = fc.constantFrom("latest", "sample").map((reason) =>
  command(
    `keep ${reason}`,
    ({ gathered, committed }, { writer }) => {
      const update = gathered.updates;
      writer.keep(update, exampleBytes(update, 20), reason);
      for (const [other, kind] of gathered.kept) {
        const isWaiting = kind !== "sample" && !committed.kept.has(other);
        if (isWaiting && other !== update && !gathered.pins.has(other)) gathered.kept.delete(other);
      }
      if (reason === "sample" || !gathered.kept.has(update)) {
        gathered.kept.delete(update);
        gathered.kept.set(update, reason === "sample" ? "sample" : "pinnable");
      }
    },
    ({ gathered }) => gathered.updates > 0,
  ),
);

const pin = fc
  .record({ update: fc.integer({ min: 1, max: 12 }), label: fc.option(fc.string(), { nil: undefined }) })
  .map(({ update, label }) =>
    command(label === undefined ? `unpin ${update}` : `pin ${update}`, ({ gathered }, { writer }) => {
      if (label === undefined) {
        writer.unpin(update);
        gathered.pins.delete(update);
      } else {
        writer.pin(update, label);
        gathered.pins.set(update, label);
      }
    }),
  );

const recordLoss = fc
  .record({ ahead: fc.integer({ min: 1, max: 3 }), text: fc.string() })
  .map(({ ahead, text }) =>
    command(
      `loss in ${ahead}`,
      ({ gathered }, { writer }) => {
        writer.recordLoss(gathered.updates + ahead, text, {});
        gathered.losses.push({ fromUpdate: gathered.updates + ahead, text });
      },
      ({ gathered }) => (gathered.losses.at(-1)?.fromUpdate ?? 0) <= gathered.updates + ahead,
    ),
  );

const rename = fc.string().map((title) =>
  command(`title ${title}`, ({ gathered }, { writer }) => {
    writer.rename(title);
    gathered.title = title;
  }),
);

const flush = fc.constant(
  command("flush", (model, { writer }) => {
    writer.flush();
    commit(model);
    expect(writer.acknowledged).toBe(model.committed.updates);
  }),
);

const reopen = fc.constant(
  command("reopen", (model, real) => {
    real.writer.close();
    commit(model);
    real.writer = resumeRun(real.path);
  }),
);

const rewind = fc.nat(12).map((back) =>
  command(`rewind ${back}`, (model, { writer }) => {
    commit(model);
    const { gathered } = model;
    const last = Math.max(0, gathered.updates - back);
    writer.rewind(last);
    const isBefore = (update: number) => update <= last;
    gathered.updates = last;
    gathered.checkpoints = gathered.checkpoints.filter(isBefore);
    gathered.losses = gathered.losses.filter((loss) => loss.fromUpdate <= last + 1);
    gathered.pins = new Map([...gathered.pins].filter(([update]) => isBefore(update)));
    gathered.kept = new Map([...gathered.kept].filter(([update]) => isBefore(update)));
    model.committed = structuredClone(gathered);
  }),
);

const read = fc.constant(
  command("read", (model, { reader }) => {
    reader.poll();
    compare(model, reader);
  }),
);

const path = join(temporaryFolder(), "model.pgrun");

test("any sequence of writing, closing, resuming and rewinding reads as plain values would", () => {
  const commands = fc.commands(
    [append, checkpoint, keep, pin, recordLoss, rename, flush, reopen, rewind, read],
    { maxCommands: 40 },
  );
  fc.assert(
    fc.property(commands, (sequence) => {
      const writer = createRun(path, exampleMetadata, { force: true });
      const contents: Contents = {
        updates: 0,
        checkpoints: [],
        losses: [],
        pins: new Map(),
        kept: new Map(),
        title: exampleMetadata.title,
      };
      const model: Model = { gathered: contents, committed: structuredClone(contents) };
      const real: Real = { path, writer, reader: openRun(path) };
      try {
        fc.modelRun(
          () => ({ model, real }),
          [...sequence, ...[flush, read].map((one) => fc.sample(one, 1)[0]!)],
        );
      } finally {
        real.writer.close();
        real.reader.close();
      }
    }),
    { numRuns: 200 },
  );
});
