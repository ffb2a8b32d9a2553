import { readFileSync } from "node:fs";
import { assertNoPoisoning } from "@fast-check/poisoning";
import fc from "fast-check";
import { algorithms } from "../../src/algorithms/registry.ts";
import { deriveLoss } from "../../src/loss/derive.ts";
import { diagnoseLoss } from "../../src/loss/diagnose.ts";
import { evaluationJson } from "../../src/loss/nodeJson.ts";
import { PRINT_TARGETS, printLoss } from "../../src/loss/print/print.ts";
import { perStepTerms } from "../../src/loss/terms.ts";
import { prepare } from "./lossProgram.ts";
import { program, programData } from "./programArbitrary.ts";

/** Milliseconds that reading and evaluating one text may take, on a busy machine too. A hang is far beyond it. */
const deadline = 2000;
/** Globals are compared with what they were after this many texts: it takes longer than the texts themselves. */
const textsBetweenLooks = 250;

/** The runner's own globals change while it runs, and so does what it prints with. */
const runners = { ignoredRootRegex: /^(__vitest|console$)|undici/ };

/** Throws where anything that can be reached from the globals is not what it was when this file was loaded. */
export function expectGlobalsUntouched(): void {
  assertNoPoisoning(runners);
}

/** The names of the operators' cases, made of the data's own. */
const preamble =
  "x = r\ny = V\nz = adv\np = r**2 + 0.1\nq = V**2 + 0.2\nm = logits\nn = -logits\nh = r > 0\n";
const operatorCases = readFileSync(new URL("../cases/lossOperators.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.trim() !== "" && !line.startsWith("#"))
  .map((line) => preamble + line.slice(line.indexOf(" ")).trim());

const rules = [
  ...algorithms.map(({ rule }) => rule),
  "θ ← θ + α γ^t G ∇ln π(A|S,θ)",
  "\\theta \\leftarrow \\theta + \\alpha \\gamma^t G \\nabla \\ln \\pi(A|S)",
  "theta += alpha * delta * z\nw += alpha_w * delta * grad(V)",
  "theta -= alpha * grad((G * -log_pi).sum())",
];

const programs = fc.oneof(
  program,
  fc.constantFrom(...rules, ...operatorCases, ...algorithms.map(({ loss }) => loss)),
);

/** Bytes that mean something to the language, to JavaScript or to UTF-8 come up more often than the rest. */
const byte = fc.oneof(
  fc.constantFrom(...new TextEncoder().encode("()[]{}.,:;=+-*/%@&|~<>!'\"`#\\\n _0e\u0301γ∇\u2028")),
  fc.integer({ min: 0, max: 255 }),
);

interface Mutation {
  readonly kind: "put" | "insert" | "drop" | "repeat";
  readonly at: number;
  readonly length: number;
  readonly value: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("put", "insert", "drop", "repeat"),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 400 }),
  value: byte,
});

/** A text after its bytes were changed; what is no UTF-8 any more reads as U+FFFD. */
function mutate(text: string, mutations: readonly Mutation[]): string {
  let bytes = Array.from(new TextEncoder().encode(text));
  for (const { kind, at, length, value } of mutations) {
    const place = bytes.length === 0 ? 0 : at % bytes.length;
    if (kind === "put") bytes[place] = value;
    else if (kind === "insert") bytes.splice(place, 0, value);
    else if (kind === "drop") bytes.splice(place, length);
    else bytes.splice(place, 0, ...bytes.slice(place, place + length));
    bytes = bytes.slice(0, 10_000);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** A random program, or the bytes of one changed here and there. */
const text = fc.oneof(
  { weight: 1, arbitrary: programs },
  {
    weight: 1,
    arbitrary: fc
      .tuple(programs, fc.array(mutation, { minLength: 1, maxLength: 6 }))
      .map(([source, changes]) => mutate(source, changes)),
  },
);

/** How many texts could be evaluated, and how many were refused with a diagnostic. */
export interface FuzzCount {
  evaluated: number;
  refused: number;
}

/** Reads, derives, prints and evaluates a text as panel, editor and command line do; throws where a diagnostic lies outside of it. */
function read(source: string, data: Parameters<typeof prepare>[0], count: FuzzCount): void {
  deriveLoss(source);
  for (const target of PRINT_TARGETS) printLoss(source, target);
  const { symbols, inputs } = prepare(data);
  const { compiled, diagnostics } = diagnoseLoss(source, symbols);
  for (const { start, end, message } of diagnostics) {
    if (!(start >= 0 && start <= end && end <= Math.max(1, source.length) && message !== ""))
      throw new Error(`a diagnostic at ${start} to ${end} of ${source.length}: ${message}`);
  }
  if (!compiled) {
    if (diagnostics.length === 0) throw new Error("refused without a reason");
    count.refused++;
    return;
  }
  const now = () => performance.now();
  const evaluation = compiled.evaluate(inputs, { deadline: { at: now() + deadline, now } });
  if (!evaluation.ok) {
    count.refused++;
    return;
  }
  perStepTerms(compiled, evaluation, inputs.get("r")!.data.length);
  evaluationJson(compiled, evaluation);
  count.evaluated++;
}

/**
 * Feeds random and damaged programs to the language: none may throw, take longer than its deadline, or change anything
 * that can be reached from the globals.
 */
export function fuzzLanguage(runs: number, seed: number): FuzzCount {
  const count: FuzzCount = { evaluated: 0, refused: 0 };
  let texts = 0;
  fc.assert(
    fc.property(text, programData, (source, data) => {
      const started = performance.now();
      read(source, data, count);
      const took = performance.now() - started;
      if (took > deadline) throw new Error(`it took ${took} ms`);
      if (++texts % textsBetweenLooks === 0) expectGlobalsUntouched();
    }),
    { numRuns: runs, seed },
  );
  expectGlobalsUntouched();
  return count;
}
