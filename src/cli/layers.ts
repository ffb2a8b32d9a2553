import type { ComparisonView, LayerComparison } from "../protocol/views.ts";
import { formatNumber, textTable } from "./output.ts";

type Figures = Omit<LayerComparison, "name" | "shape">;

/** The gradient by layer under two losses: norms, ratio, cosine; the losses as `names` call them. */
export function layersTable(
  { layers, total }: ComparisonView,
  [before, after]: readonly [string, string],
): string {
  const row = (name: string, shape: string, layer: Figures) => [
    name,
    shape,
    formatNumber(layer.before),
    formatNumber(layer.after),
    // A layer that only one loss reaches has neither.
    Number.isFinite(layer.ratio) ? `${formatNumber(layer.ratio)}×` : "–",
    Number.isFinite(layer.cosine) ? layer.cosine.toFixed(6) : "–",
  ];
  const head = ["layer", "shape", `‖g‖ ${before}`, `‖g‖ ${after}`, "ratio", "cosine"];
  const body = layers.map((layer) => row(layer.name, layer.shape.join("×"), layer));
  return textTable([head, ...body, row("all", "", total)], new Set([0]));
}

/** The same as --json prints it. */
export function layersObject({ layers, total }: ComparisonView) {
  const plain = ({ before, after, ratio, cosine }: Figures) => ({ before, after, ratio, cosine });
  return {
    layers: layers.map((layer) => ({ name: layer.name, shape: layer.shape, ...plain(layer) })),
    total: plain(total),
  };
}
