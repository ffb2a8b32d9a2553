import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-option/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import { StepCharts } from "./charts/stepCharts.ts";
import { BackendCard } from "./controls/backend.ts";
import { StateBanners } from "./controls/banners.ts";
import { EmptyState } from "./controls/emptyState.ts";
import { RunHeader } from "./controls/header.ts";
import { SettingsFields } from "./controls/settings.ts";
import { LearningCurve } from "./curve/curve.ts";
import { StepDetail } from "./detail/stepDetail.ts";
import { GradientTable } from "./gradients/gradients.ts";
import { LossEditor } from "./lossEditor/lossEditor.ts";
import { LossSliders } from "./lossEditor/sliders.ts";
import { PanelView } from "./panelView.ts";
import { ProofCard } from "./proof/proof.ts";
import { StepTable } from "./steps/stepTable.ts";
import { TracePage } from "./trace/tracePage.ts";
import { VerdictLine } from "./verdict/verdict.ts";

const elements: Readonly<Record<string, CustomElementConstructor>> = {
  "pgi-panel": PanelView,
  "pgi-run-header": RunHeader,
  "pgi-settings": SettingsFields,
  "pgi-backend": BackendCard,
  "pgi-state-banners": StateBanners,
  "pgi-empty-state": EmptyState,
  "pgi-loss-editor": LossEditor,
  "pgi-loss-sliders": LossSliders,
  "pgi-verdict": VerdictLine,
  "pgi-proof": ProofCard,
  "pgi-curve": LearningCurve,
  "pgi-step-charts": StepCharts,
  "pgi-step-table": StepTable,
  "pgi-step-detail": StepDetail,
  "pgi-gradients": GradientTable,
  "pgi-trace": TracePage,
};

/** Makes the page's elements known to the browser. */
export function defineElements(registry: CustomElementRegistry): void {
  for (const [name, element] of Object.entries(elements)) registry.define(name, element);
}
