/** Colours of canvases by their meaning. Each names the variables it may come from, the first that is set wins. */
const variables = {
  blue: ["--vscode-charts-blue"],
  orange: ["--vscode-symbolIcon-classForeground", "--vscode-charts-orange"],
  green: ["--vscode-charts-green"],
  red: ["--vscode-charts-red"],
  purple: ["--vscode-charts-purple"],
  teal: ["--vscode-terminal-ansiCyan", "--vscode-charts-foreground"],
  text: ["--vscode-foreground"],
  quiet: ["--vscode-descriptionForeground", "--vscode-foreground"],
  rule: ["--vscode-contrastBorder", "--vscode-panel-border", "--vscode-widget-border"],
  accent: ["--vscode-symbolIcon-classForeground", "--vscode-focusBorder"],
  background: ["--vscode-editor-background"],
} as const;

export type SeriesColour = "blue" | "orange" | "green" | "red" | "purple" | "teal";

export type Palette = Readonly<Record<keyof typeof variables, string>> & {
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly highContrast: boolean;
};

/** Reads the editor's colours as they are now; canvases must ask again when the theme changes. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const first = (names: readonly string[]) =>
    names.map((name) => style.getPropertyValue(name).trim()).find((value) => value !== "") ?? style.color;
  const colours = Object.fromEntries(Object.entries(variables).map(([name, list]) => [name, first(list)]));
  return {
    ...(colours as Record<keyof typeof variables, string>),
    fontFamily: style.getPropertyValue("--vscode-font-family").trim() || "sans-serif",
    fontSize: 11,
    highContrast: style.getPropertyValue("--vscode-contrastBorder").trim() !== "",
  };
}

/** Calls `listener` when the editor changes its theme; returns the function that ends it. */
export function onThemeChange(page: Document, listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(page.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  observer.observe(page.documentElement, { attributes: true, attributeFilter: ["style", "class"] });
  return () => observer.disconnect();
}
