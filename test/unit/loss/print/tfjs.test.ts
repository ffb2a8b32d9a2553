import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { algorithmCases, fixedBatch, operatorCases, printedCase } from "../../../util/printedLosses.ts";

const core = import.meta.resolve("@tensorflow/tfjs-core");
const folder = mkdtempSync(join(tmpdir(), "printed-"));

beforeAll(async () => {
  await tf.setBackend("cpu");
});
afterAll(() => rmSync(folder, { recursive: true }));

const CONSTANTS = new Set(["a", "t"]);
type Loss = (names: Record<string, tf.Tensor | number>) => tf.Scalar;

/** The printed module, with the core that is here in the place of the whole library. */
async function load(text: string, index: number): Promise<Loss> {
  const path = join(folder, `loss${index}.mjs`);
  writeFileSync(path, text.replace('"@tensorflow/tfjs"', JSON.stringify(core)));
  const module = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as { policyLoss: Loss };
  return module.policyLoss;
}

function given(): { tensors: Record<string, tf.Tensor | number>; leaves: string[] } {
  const tensors: Record<string, tf.Tensor | number> = { ...fixedBatch.scalars };
  const leaves: string[] = [];
  for (const [name, values] of Object.entries(fixedBatch.data)) {
    const isFlag = typeof values[0] === "boolean";
    tensors[name] = tf.tensor(values as number[], undefined, isFlag ? "bool" : "float32");
    if (!isFlag && !CONSTANTS.has(name)) leaves.push(name);
  }
  return { tensors, leaves };
}

/** float32 has seven digits, and a loss adds and divides. */
function isNear(a: number, b: number): boolean {
  return (
    a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 2e-5 * Math.max(1, Math.abs(a))
  );
}

/** What TensorFlow.js has no gradient for, or refuses. */
const WITHOUT = /cumprod|clamp\(x, -1, 0\.|\.prod\(/;

describe.each([...operatorCases(), ...algorithmCases()].map((expr, index) => [expr, index] as const))(
  "%s",
  (expr, index) => {
    const own = printedCase(expr, fixedBatch, 0, ["tfjs"]);

    test("has in TensorFlow.js the value and the gradient that it has here", async () => {
      if (own.texts.tfjs === undefined) {
        expect(own.refused.tfjs).toMatch(/over a whole table|gather of anything but/);
        return;
      }
      const loss = await load(own.texts.tfjs, index);
      const { tensors, leaves } = given();
      const used = leaves.filter((name) => own.grad[name]?.some((value) => value !== 0));
      const value = loss(tensors).dataSync()[0]!;
      expect(isNear(own.value, value), `${own.value} and ${value}`).toBe(true);
      if (used.length === 0 || WITHOUT.test(expr)) return;
      const gradients = tf.grads((...some: tf.Tensor[]) =>
        loss({ ...tensors, ...Object.fromEntries(used.map((name, at) => [name, some[at]!])) }),
      )(used.map((name) => tensors[name] as tf.Tensor));
      for (const [at, name] of used.entries()) {
        const other = [...gradients[at]!.dataSync()];
        const different = own.grad[name]!.filter((number, place) => !isNear(number, other[place]!));
        expect(different, `${name}: ${own.grad[name]} and ${other}`).toEqual([]);
      }
    });
  },
);
