import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { algorithmCases, fixedBatch, operatorCases, printedCase, textsHash } from "../util/printedLosses.ts";

// Writes printedLosses.json: what PyTorch, JAX and NumPy make of the losses as they are printed for them.
// Run: ORACLE_PYTHON=… node test/cases/makePrintedLosses.ts

const python = process.env.ORACLE_PYTHON;
if (!python)
  throw new Error("ORACLE_PYTHON is not set: `npm run test:oracles` says where the environment is");
const targets = ["pytorch", "jax", "numpy"] as const;
const cases = [...operatorCases(), ...algorithmCases()].map((expr) =>
  printedCase(expr, fixedBatch, 0, targets),
);
const script = join(import.meta.dirname, "../oracles/python/printed.py");
const output = execFileSync(python, [script], {
  input: JSON.stringify({
    batches: [fixedBatch],
    cases: cases.map(({ batch, texts }) => ({ batch, texts })),
  }),
  encoding: "utf8",
  maxBuffer: 2 ** 28,
});
const results = JSON.parse(output) as unknown[];
const lines = cases.map(({ expr, texts }, index) =>
  JSON.stringify({ expr, hash: textsHash(texts), results: results[index] }),
);
writeFileSync(join(import.meta.dirname, "printedLosses.json"), `[\n${lines.join(",\n")}\n]\n`);
