import { html, svg, type TemplateResult } from "lit";
import type { SceneView, ShapeView } from "../../src/protocol/scene.ts";
import { head, way } from "./paths.ts";

/** Draws a scene in the theme's colours; its words are what a screen reader reads. */
export function drawScene({ width, height, shapes, words }: SceneView): TemplateResult {
  return html`
    <svg class="scene" viewBox="0 0 ${width} ${height}" role="img" aria-label=${words}>
      <title>${words}</title>
      ${shapes.map(drawShape)}
    </svg>
  `;
}

function drawShape(shape: ShapeView): TemplateResult {
  switch (shape.kind) {
    case "line":
      return svg`<path class="shape-line role-${shape.role}" d=${way(shape.points)} stroke-width=${shape.width ?? 1} />`;
    case "area":
      return svg`<path class="shape-area role-${shape.role}" d="${way(shape.points)}Z" />`;
    case "circle":
      return svg`<circle class="shape-area role-${shape.role}" cx=${shape.x} cy=${shape.y} r=${shape.radius} />`;
    case "arrow":
      return svg`<path class="action-arrow output-${shape.output % 6}" d="${way(shape.points)}${head(shape.points)}" />`;
    case "text":
      return svg`<text class="scene-label" x=${shape.x} y=${shape.y} text-anchor="middle">${shape.text}</text>`;
  }
}
