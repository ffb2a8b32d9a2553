import { expect, test } from "vitest";
import { checkTracePageParams } from "../../../../src/host/traces/tracePageSchemas.ts";

const reference = { run: "trace1.1", update: 1 };

test("a trace's page may ask what needs neither θ nor training, and about its findings", () => {
  const right: readonly [string, unknown][] = [
    ["select", reference],
    ["evaluate", { ...reference, text: "r.sum()" }],
    ["rows", { ...reference, source: "trainer", columns: ["G"], start: 0, end: 100 }],
    ["placeOf", { finding: "wrong_sign" }],
    ["explain", { finding: null }],
  ];
  for (const [method, params] of right) expect(checkTracePageParams(method, params), method).toBeUndefined();
});

test("it may ask for nothing else, and for no more than a page shows", () => {
  const refused: readonly [string, unknown][] = [
    ["apply", { run: "trace1.1", loss: "r.sum()" }],
    ["prove", { ...reference, text: "r.sum()" }],
    ["pin", reference],
    ["command", { command: "train" }],
    ["constructor", {}],
    ["__proto__", {}],
  ];
  for (const [method, params] of refused) {
    expect(checkTracePageParams(method, params), method).toBe("there is no such method");
  }
  const rows = { ...reference, source: "trainer", columns: ["G"], start: 0, end: 1e6 };
  expect(checkTracePageParams("rows", rows)).toContain("rows at a time");
  expect(checkTracePageParams("placeOf", { finding: "x".repeat(101) })).toBeDefined();
});
