import type { LossPairRequest, LossPairView } from "../../protocol/comparisonViews.ts";
import type { UpdateView } from "../../protocol/views.ts";
import type { Backends } from "../backends/backends.ts";
import type { Inspector } from "../inspection/inspector.ts";
import type { Names } from "../inspection/names.ts";
import { countEpisodes } from "../lossInputs.ts";
import { OpenRun } from "../openRun.ts";
import { UserError } from "../userError.ts";
import { lineDiff } from "./lineDiff.ts";
import { LossPair } from "./lossPair.ts";

/** Opened updates, and pairs of losses on them, that stay in memory. */
const mostUpdates = 2;
const mostPairs = 4;
/** Kept updates that are named to choose from. */
const mostKept = 200;

interface OpenedBatch {
  readonly inspector: Inspector;
  readonly names: Names;
  readonly how: UpdateView["recomputed"];
  readonly instead: string | undefined;
}

/** Pairs of losses on updates of run files. No run stays open: a file can be renamed or deleted while its numbers are shown. */
export class PairBook {
  readonly #backends: Backends | undefined;
  readonly #batches = new Map<string, Promise<OpenedBatch>>();
  readonly #pairs = new Map<string, LossPair>();

  constructor(backends?: Backends) {
    this.#backends = backends;
  }

  /** Both losses on an update's batch. Rejects with RunError or UserError; a wrong text is a value with diagnostics. */
  async view(request: LossPairRequest): Promise<LossPairView> {
    const { path, a, b } = request;
    const run = this.#open(path);
    try {
      const updates = run.refresh();
      const kept = run.reader.keptList().map(({ update }) => update);
      const wanted = request.update ?? kept.at(-1) ?? updates;
      if (wanted === 0) throw new UserError("no_updates", `${path} has no updates yet.`, "Train it further.");
      const { how, instead, inspector, names } = await this.#batch(path, wanted, run);
      const pair = await this.pair({ ...request, update: wanted });
      return {
        path,
        update: inspector.frozen.update,
        updates,
        kept: kept.slice(-mostKept),
        steps: inspector.frozen.batch.steps,
        episodes: countEpisodes(inspector.frozen.batch),
        actionNames: names.actionNames,
        recomputed: how,
        instead: instead ?? null,
        a: pair.side("a"),
        b: pair.side("b"),
        comparison: pair.comparison(),
        difference: lineDiff(a, b),
        columns: pair.columns(),
      };
    } finally {
      await run.close();
    }
  }

  /** The pair on an update that is named. Rejects with RunError or UserError. */
  async pair({ path, update, a, b }: LossPairRequest): Promise<LossPair> {
    if (update === null) throw new UserError("unknown_update", "Name the update.");
    const key = JSON.stringify([path, update, a, b]);
    const known = this.#pairs.get(key);
    if (known) return known;
    const { inspector, names } = await this.#batch(path, update);
    const pair = new LossPair(inspector, names, { a, b });
    keepNewest(this.#pairs, key, pair, mostPairs);
    return pair;
  }

  #batch(path: string, update: number, open?: OpenRun): Promise<OpenedBatch> {
    const key = JSON.stringify([path, update]);
    const known = this.#batches.get(key);
    if (known) return known;
    const opening = open ? openBatch(open, update) : this.#openBatch(path, update);
    keepNewest(this.#batches, key, opening, mostUpdates);
    opening.catch(() => this.#batches.delete(key));
    return opening;
  }

  async #openBatch(path: string, update: number): Promise<OpenedBatch> {
    const run = this.#open(path);
    try {
      return await openBatch(run, update);
    } finally {
      await run.close();
    }
  }

  #open(path: string): OpenRun {
    return this.#backends ? new OpenRun(path, path, this.#backends) : new OpenRun(path, path);
  }
}

async function openBatch(run: OpenRun, update: number): Promise<OpenedBatch> {
  const { inspector, how, instead } = await run.inspect(update);
  return { inspector, names: run.names, how, instead };
}

function keepNewest<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most) map.delete(oldest!);
}
