import { algorithms } from "../algorithms/registry.ts";
import { environments } from "../environments/registry.ts";
import type { Handlers } from "../protocol/channel.ts";
import { type EngineMethods, engineProtocolVersion, type UpdateReference } from "../protocol/engine.ts";
import { deleteRun, renameRun } from "../runs/list.ts";
import { Backends } from "./backends/backends.ts";
import { ComparisonBook } from "./comparison/comparisonBook.ts";
import { PairBook } from "./comparison/pairBook.ts";
import { pairRows, pairSeries } from "./comparison/pairColumns.ts";
import type { Emit } from "./emit.ts";
import { type ExportMethods, exportHandlers } from "./exportHandlers.ts";
import { decimate } from "./inspection/decimate.ts";
import { explainCell } from "./inspection/explainCell.ts";
import { checkLossText, evaluationView, nodeView } from "./inspection/lossText.ts";
import type { OpenedUpdate } from "./inspection/openedUpdate.ts";
import { pickRows, rangeOf } from "./inspection/orderedRows.ts";
import { parityOf } from "./inspection/parity.ts";
import { SourcedColumns } from "./inspection/sourcedColumns.ts";
import { stepView } from "./inspection/stepView.ts";
import { comparisonView, updateView } from "./inspection/views.ts";
import { listRunViews } from "./listRuns.ts";
import { testLossOnProbes } from "./probes/testLoss.ts";
import { proveOnRequest } from "./proof/request.ts";
import { RunBook } from "./runBook.ts";
import { type RuntimeMethods, runtimeHandlers } from "./runtimeHandlers.ts";
import { runtimePlaces } from "./runtimes/places.ts";
import { TraceBook } from "./traces/traceBook.ts";
import { UserError } from "./userError.ts";

/** The engine: every method of its protocol over one book of open runs. */
export class Engine {
  readonly runs: RunBook;
  readonly handlers: Handlers<EngineMethods>;

  constructor(emit: Emit, backends = new Backends(runtimePlaces(process.env))) {
    this.runs = new RunBook(emit, backends);
    this.handlers = {
      ...createHandlers(this.runs, new TraceBook()),
      ...exportHandlers(this.runs, emit),
      ...runtimeHandlers(backends, emit),
    };
  }

  /** Stops training and closes every run; what was made is in the files then. */
  close(): Promise<void> {
    return this.runs.close();
  }
}

function createHandlers(
  runs: RunBook,
  traces: TraceBook,
): Omit<Handlers<EngineMethods>, keyof RuntimeMethods | keyof ExportMethods> {
  const comparisons = new ComparisonBook();
  const pairs = new PairBook(runs.backends);
  const opened = async (reference: UpdateReference): Promise<OpenedUpdate> =>
    traces.find(reference.run)?.opened(reference.update) ?? runs.opened(reference);
  const openTrace = (id: string) => {
    const trace = traces.find(id);
    if (trace) return trace;
    throw new UserError("unknown_run", `There is no open trace "${id}".`);
  };
  const columnsOf = async (params: UpdateReference & { source: "trainer" | "edited" | "difference" }) =>
    new SourcedColumns(await opened(params), params.source);
  return {
    hello: async ({ probe }) => ({
      version: engineProtocolVersion,
      probe,
      node: process.version,
      backends: await runs.backends.views(),
    }),
    environments: () => environments.map(({ id, title, reference }) => ({ id, title, detail: reference })),
    algorithms: () => algorithms.map(({ id, title, reference }) => ({ id, title, detail: reference })),
    train: (params) => runs.train(params),
    open: ({ path }) => runs.open(path).view(),
    resumeFile: ({ path, backend, python }) => runs.resumeFile(path, backend, python),
    close: async ({ run }) => {
      if (!traces.close(run)) await runs.closeRun(run);
      return null;
    },
    view: ({ run }) => {
      const open = runs.get(run);
      open.refresh();
      return open.view();
    },
    pause: async ({ run }) => {
      await runs.session(run).pause();
      return runs.get(run).progress();
    },
    resume: ({ run }) => {
      runs.start(run, "run");
      return runs.get(run).progress();
    },
    oneUpdate: async ({ run }) => {
      await runs.start(run, "one");
      return runs.get(run).progress();
    },
    stop: async ({ run }) => {
      await runs.session(run).stop();
      return runs.get(run).progress();
    },
    reset: ({ run, settings, python }) => runs.reset(run, settings ?? {}, python),
    apply: ({ run, loss, settings }) => runs.apply(run, { ...settings, ...(loss !== undefined && { loss }) }),
    curve: ({ run, from, to, buckets }) => (traces.find(run) ?? runs.get(run)).curve(from, to, buckets),
    select: async (reference) => {
      const trace = traces.find(reference.run);
      if (trace) return trace.view(reference.update);
      const open = runs.get(reference.run);
      const { inspector, how, instead } = await open.inspect(reference.update);
      const { update } = inspector.frozen;
      const kept = open.reader.keptList().some((entry) => entry.update === update);
      const pinned = open.reader.pins().has(update);
      return updateView(inspector, open.names, { run: reference.run, how, instead, kept, pinned });
    },
    pin: async (reference) => {
      await runs.pin(reference, reference.label ?? "");
      return null;
    },
    unpin: (reference) => {
      runs.unpin(reference);
      return null;
    },
    evaluate: async (params) => {
      return evaluationView(await opened(params), params.text, params.aside === true);
    },
    compare: async (reference) => {
      const { inspector } = await opened(reference);
      return comparisonView(inspector, inspector.edited ?? inspector.trainer);
    },
    parity: async (reference) => parityOf((await runs.opened(reference)).inspector, runs.backends),
    rows: async (params) => {
      const columns = await columnsOf(params);
      const { start, end } = rangeOf(columns.steps, params.start, params.end);
      const rows = columns.stepsIn(params.order, start, end);
      const picked = params.columns.map((name) => [name, pickRows(columns.column(name), rows)] as const);
      return { rows, columns: Object.fromEntries(picked) };
    },
    rowOf: async (params) => ({ row: (await columnsOf(params)).rowOf(params.step, params.order) }),
    series: async (params) => {
      const columns = await columnsOf(params);
      const series = params.columns.map(
        (name) => [name, decimate(columns.column(name), params.buckets)] as const,
      );
      return Object.fromEntries(series);
    },
    step: async (params) => {
      const columns = await columnsOf(params);
      columns.checkStep(params.step);
      return stepView(columns.opened, columns.loss, params.step);
    },
    explainCell: async (params) => {
      const columns = await columnsOf(params);
      columns.checkStep(params.step);
      return explainCell(columns, params.step, params.column);
    },
    node: async (params) => nodeView(await opened(params), params.text, params.offset),
    checkLoss: ({ text }) => checkLossText(text),
    prove: (params) => proveOnRequest(runs, params),
    probes: ({ text }) => testLossOnProbes(text),
    listRuns: ({ folder }) => listRunViews(folder),
    renameRun: ({ path, name }) => ({ path: renameRun(path, name) }),
    deleteRun: ({ path }) => {
      deleteRun(path);
      return null;
    },
    compareRuns: (request) => comparisons.view(request),
    compareLosses: (request) => pairs.view(request),
    pairRows: async (params) => pairRows(await pairs.pair(params), params),
    pairSeries: async (params) => pairSeries(await pairs.pair(params), params.columns, params.buckets),
    openTrace: ({ path }) => traces.open(path),
    tracePlace: (params) => openTrace(params.run).placeOf(params),
    diagnose: ({ path }) => traces.view(path),
    traceReport: ({ path }) => ({ markdown: traces.markdown(path) }),
    recordedNames: ({ path }) => traces.names(path),
    credit: ({ count }) => {
      runs.credit(count);
      return null;
    },
  };
}
