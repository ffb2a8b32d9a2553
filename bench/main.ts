import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { algorithmFigures } from "./algorithms.ts";
import { backendFigures } from "./backends.ts";
import { corridorFigures } from "./corridor.ts";
import { gymFigures } from "./gym.ts";
import { languageFigures } from "./language.ts";
import type { Figure } from "./measure.ts";
import { panelFigures } from "./panel.ts";
import { proveFigures } from "./prove.ts";
import { traceFigures } from "./traces.ts";
import { trainingFigures } from "./training.ts";
import { whatIfFigures } from "./whatIf.ts";

const suites: Readonly<Record<string, () => Promise<Figure[]>>> = {
  training: trainingFigures,
  algorithms: algorithmFigures,
  "what-if": whatIfFigures,
  gym: gymFigures,
  panel: panelFigures,
  traces: traceFigures,
  backends: backendFigures,
  language: languageFigures,
  prove: proveFigures,
  corridor: corridorFigures,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(suites, name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}"; there are ${Object.keys(suites).join(", ")}.`);
  process.exit(2);
}
const figures: Figure[] = [];
for (const [name, suite] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n${name}`);
  for (const figure of await suite()) {
    figures.push(figure);
    console.log(line(figure));
  }
}
save();

function line({ name, ours, peer, unit, ratio, aim, reached }: Figure): string {
  const against = peer === undefined ? "" : ` against ${digits(peer)} ${unit}`;
  const share = ratio === undefined ? "" : `: ${ratio.toFixed(2)}×`;
  const mark = reached === undefined ? "·" : reached ? "✓" : "✗";
  return `${mark} ${name}: ${digits(ours)} ${unit}${against}${share}   (aim ${aim})`;
}

function digits(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}

function save(): void {
  const folder = fileURLToPath(new URL("results/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const machine = { cpu: cpus()[0]?.model.trim(), cores: cpus().length, node: process.version };
  const name = wanted.length === 0 ? "latest" : wanted.join("-");
  writeFileSync(`${folder}${name}.json`, `${JSON.stringify({ machine, figures }, undefined, 2)}\n`);
}
