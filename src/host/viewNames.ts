/** Names that the manifest and the code must agree on. */
export const panelViewType = "policyGradient.panel";
export const runEditorViewType = "policyGradient.run";
export const runsViewId = "policyGradient.runs";
export const lossLanguageId = "pgloss";
export const traceEditorViewType = "policyGradient.trace";
/** The same editor for *.jsonl files, which it opens only where it is chosen. */
export const lineEditorViewType = "policyGradient.traceLines";
export const comparisonViewType = "policyGradient.comparison";
