import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { root } from "./lib/paths.mjs";
import { mustRun } from "./lib/processes.mjs";
import { cartPolePart } from "./reproduce/cartPole.ts";
import { corridorPart } from "./reproduce/corridor.ts";
import { learningPart } from "./reproduce/learning.ts";
import { type Measured, pageOf } from "./reproduce/page.ts";
import { torchPython } from "./reproduce/workshop.ts";

// Measures what the book and others show, draws media/reproductions and writes docs/reproductions.md anew.

const parts = {
  corridor: corridorPart,
  cartpole: cartPolePart,
  learning: learningPart,
} as const;
type Part = keyof typeof parts;

const pictures = join(root, "media", "reproductions");
const documents = join(root, "docs");
const figures = join(documents, "reproductions.json");

function save(name: string, svg: string): void {
  mkdirSync(pictures, { recursive: true });
  writeFileSync(join(pictures, `${name}.svg`), svg);
}

/** The page with what is measured so far: a part that breaks off takes no other with it. */
async function write(measured: Measured): Promise<void> {
  mkdirSync(documents, { recursive: true });
  writeFileSync(figures, `${JSON.stringify(measured, undefined, 2)}\n`);
  const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
  await mustRun("reproduce", process.execPath, [biome, "format", "--write", figures]);
  writeFileSync(join(documents, "reproductions.md"), pageOf(measured));
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}"; there are ${Object.keys(parts).join(", ")}.`);
  process.exit(2);
}
let measured: Measured = existsSync(figures) ? JSON.parse(readFileSync(figures, "utf8")) : {};
const machine = { cpu: cpus()[0]?.model.trim() ?? "", cores: cpus().length, node: process.version };
const names = wanted.length > 0 ? (wanted as Part[]) : (Object.keys(parts) as Part[]);
const python = names.some((name) => name !== "corridor") ? await torchPython() : undefined;
for (const name of names) {
  console.log(name);
  const started = performance.now();
  const keep = async (part: object) => {
    measured = { ...measured, [name]: { ...part, machine } };
    await write(measured);
  };
  await keep(await parts[name]({ save, soFar: keep, python }));
  console.log(`  ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
console.log(join(documents, "reproductions.md"));
