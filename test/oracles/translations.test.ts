import { describe, expect, test } from "vitest";
import { computeExpression } from "../../src/loss/conform.ts";
import { readDataSet } from "../../src/loss/dataSet.ts";
import { translatePython } from "../../src/loss/python/translate.ts";
import { askOracle, differences, flat, type Plain } from "./support.ts";

interface File {
  readonly batches: Readonly<Record<string, unknown>>;
  readonly cases: readonly {
    readonly id: string;
    readonly data: string;
    readonly text: string;
    readonly value: Plain;
    readonly grad: Readonly<Record<string, readonly Plain[]>>;
  }[];
}

const { batches, cases } = askOracle<File>("snippets", 6);

describe("a piece of a training script, translated, has the value and gradients that PyTorch gives it", () => {
  test.each(cases.map((one) => [one.id, one] as const))("%s", (_, { data, text, value, grad }) => {
    const translation = translatePython(text);
    if (translation === undefined) throw new Error(`this is not translated:\n${text}`);
    const computed = computeExpression(translation.text, readDataSet(batches[data]));
    if ("error" in computed) throw new Error(`${computed.error}\n${translation.text}`);
    const found = Object.entries(grad).flatMap(([name, numbers]) =>
      differences(`∂/∂${name}`, flat(computed.grad[name] ?? numbers.map(() => 0)), numbers),
    );
    expect([...differences("value", flat(computed.value), value), ...found], translation.text).toEqual([]);
  });
});
