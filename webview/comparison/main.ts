import "./comparison.css";
import type { ComparisonMemory } from "../../src/protocol/comparisonPage.ts";
import { Store } from "../store.ts";
import { type EditorApi, editorTransport } from "../transport.ts";
import { ComparisonPage } from "./comparisonPage.ts";
import { ComparisonCurves } from "./curves/curves.ts";
import { LossField } from "./pair/lossField.ts";
import { PairCharts } from "./pair/pairCharts.ts";
import { PairTable } from "./pair/pairTable.ts";
import { ComparisonSession } from "./session.ts";
import { initialState, reduce } from "./state.ts";

declare function acquireVsCodeApi(): EditorApi<ComparisonMemory>;

/** Builds the page of a comparison, shows it and says hello to the host. */
function start(): void {
  const api = acquireVsCodeApi();
  const saved = api.getState() ?? null;
  const store = new Store(initialState(saved), reduce);
  const session = new ComparisonSession(store, editorTransport(api, window), (memory) =>
    api.setState(memory),
  );
  customElements.define("pgi-comparison-curves", ComparisonCurves);
  customElements.define("pgi-loss-field", LossField);
  customElements.define("pgi-pair-charts", PairCharts);
  customElements.define("pgi-pair-table", PairTable);
  customElements.define("pgi-comparison", ComparisonPage);
  const page = document.createElement("pgi-comparison") as ComparisonPage;
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.content ?? "";
  Object.assign(page, { store, session, nonce, state: store.state });
  store.subscribe(() => {
    page.state = store.state;
    document.body.classList.toggle("vscode-reduce-motion", store.state.host?.reducedMotion === true);
  });
  document.body.append(page);
  void session.start(saved);
}

start();
