import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentRecord } from "../src/environments/environment.ts";
import { environments } from "../src/environments/registry.ts";
import { actionSize } from "../src/environments/spaces.ts";
import type { SceneView, ShapeView } from "../src/protocol/scene.ts";
import { createGenerator } from "../src/rl/randomGenerator.ts";
import { head, way } from "../webview/detail/paths.ts";
import { root } from "./lib/paths.mjs";

// Draws media/environments.svg: a step of every kind of environment, in the colours of a light or a dark page.

/** A few steps in, where there is something to see. */
const stepsBefore = 12;
const columns = 4;
const cell = { width: 264, height: 216 };
const otherNames = new Set([
  "CartPole-v0",
  "CliffWalking-v0",
  "CliffWalkingSlippery-v1",
  "FrozenLakeNotSlippery-v1",
]);

const style = `
  text { font: 10px system-ui, sans-serif; fill: var(--quiet); text-anchor: middle }
  .title { font-size: 13px; fill: var(--text) }
  .line { fill: none; stroke: var(--role); stroke-linecap: round; stroke-linejoin: round }
  .area { fill: var(--role) }
  .arrow { fill: none; stroke: var(--action); stroke-width: 2 }
  .ground, .body { --role: var(--quiet) } .agent { --role: var(--text) } .start { --role: var(--faint) }
  .goal { --role: var(--green) } .danger { --role: var(--red) }
  svg { --text: #24292f; --quiet: #8c959f; --faint: #d0d7de; --green: #1a7f37; --red: #cf222e; --action: #0969da }
  @media (prefers-color-scheme: dark) {
    svg { --text: #e6edf3; --quiet: #7d8590; --faint: #30363d; --green: #3fb950; --red: #f85149; --action: #58a6ff }
  }`;

/** The scene of one step, a short random walk after the start. */
function sceneOf(record: EnvironmentRecord): SceneView | undefined {
  const environment = record.create();
  const generator = createGenerator(2, record.id);
  const observation = new Float64Array(environment.observationSpace.low.length);
  const space = environment.actionSpace;
  const draw = () =>
    Float64Array.from({ length: actionSize(space) }, () =>
      space.kind === "discrete" ? Math.floor(generator.uniform() * space.n) : 3 * generator.uniform() - 1,
    );
  environment.reset(generator, observation, 0);
  for (let step = 0; step < stepsBefore; step++) {
    environment.step(draw(), 0, observation, 0);
    if (environment.terminated) environment.reset(generator, observation, 0);
  }
  return record.draw?.({ observation, state: environment.state(), action: [...draw()] });
}

function drawShape(shape: ShapeView): string {
  switch (shape.kind) {
    case "line":
      return `<path class="line ${shape.role}" stroke-width="${shape.width ?? 1}" d="${way(shape.points)}"/>`;
    case "area":
      return `<path class="area ${shape.role}" d="${way(shape.points)}Z"/>`;
    case "circle":
      return `<circle class="area ${shape.role}" cx="${shape.x}" cy="${shape.y}" r="${shape.radius}"/>`;
    case "arrow":
      return `<path class="arrow" d="${way(shape.points)}${head(shape.points)}"/>`;
    case "text":
      return `<text x="${shape.x}" y="${shape.y}">${shape.text}</text>`;
  }
}

function drawCell(record: EnvironmentRecord, place: number): string {
  const scene = sceneOf(record);
  if (scene === undefined) return "";
  const x = (place % columns) * cell.width + (cell.width - scene.width) / 2;
  const y = Math.floor(place / columns) * cell.height;
  const down = 28 + (cell.height - 36 - scene.height) / 2;
  return `<g transform="translate(${x} ${y})"><text class="title" x="${scene.width / 2}" y="18">${record.id}</text>
<g transform="translate(0 ${down})"><title>${scene.words}</title>${scene.shapes.map(drawShape).join("")}</g></g>`;
}

const shown = environments.filter(({ id }) => !otherNames.has(id));
const rows = Math.ceil(shown.length / columns);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${columns * cell.width} ${rows * cell.height}" role="img">
<title>The environments</title><style>${style}</style>
${shown.map(drawCell).join("\n")}
</svg>
`;
writeFileSync(join(root, "media", "environments.svg"), svg);
