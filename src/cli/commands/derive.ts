import { measureSequentialGap, type SequentialGap } from "../../engine/inspection/sequentialGap.ts";
import { UserError } from "../../engine/userError.ts";
import { type Derivation, deriveLoss } from "../../loss/derive.ts";
import { PRINT_TARGETS, PRINT_TITLES, type PrintTarget, printLoss } from "../../loss/print/print.ts";
import type { CommandRecord, Parsed } from "../command.ts";
import { printDiagnostics, readLoss } from "../lossArgument.ts";
import { openUpdate } from "../openUpdate.ts";
import { formatNumber, jsonLine, textTable } from "../output.ts";
import { wrapped } from "../wrap.ts";

type Derived = Extract<Derivation, { ok: true }>;

export const deriveCommand: CommandRecord = {
  name: "derive",
  usage: "RULE|FILE [--print pytorch|jax|tfjs|numpy|all] [--run FILE.pgrun [--update K]] [--json]",
  summary: "turn an update rule into the loss whose descent it is",
  details: `
RULE is written as the book has it, in ASCII or in TeX, several lines where there are several vectors:
  pgi derive 'θ ← θ + α γ^t G ∇ln π(A|S,θ)'
  pgi derive 'theta += alpha * gamma**t * G * grad(log_pi)' --print pytorch
With --run the difference between the rule step by step and the loss descended once is measured.`,
  positionals: [1, 1],
  options: {
    print: { value: "TARGET", help: "also as a function of pytorch, jax, tfjs, numpy, or all" },
    run: { value: "FILE", help: "a run on whose batch the order of the updates is measured" },
    update: { value: "K", help: "the update's number, from 1 (default: the last)" },
    alpha: { value: "X", help: "the step size to measure with (default: the run's)" },
    json: { help: "one JSON object: rule, loss, notes, texts, gap" },
  },
  async run(parsed, console) {
    const text = readLoss(parsed.positionals[0]) as string;
    const targets = targetsOf(parsed.text("print"));
    const derivation = deriveLoss(text);
    if (!derivation.ok) {
      printDiagnostics(text, derivation.diagnostics, console);
      return 2;
    }
    const gap = await measure(derivation, parsed);
    const texts = targets.map((target) => ({ target, text: printed(derivation, target) }));
    if (parsed.flag("json")) {
      const { ok: _, diagnostics: __, ...rest } = derivation;
      console.out(
        jsonLine({
          ...rest,
          texts: Object.fromEntries(texts.map((one) => [one.target, one.text])),
          ...(gap && { gap }),
        }),
      );
    } else console.out(plainText(derivation, texts, gap, Math.min(console.columns, 110)));
    return 0;
  },
};

function targetsOf(given: string | undefined): readonly PrintTarget[] {
  if (given === undefined) return [];
  if (given === "all") return PRINT_TARGETS;
  const target = PRINT_TARGETS.find((one) => one === given);
  if (target) return [target];
  throw new UserError(
    "usage",
    `There is no target "${given}".`,
    `There are ${PRINT_TARGETS.join(", ")} and all.`,
  );
}

/** A loss with names to be filled in is no program yet. */
function printed({ loss, placeholders }: Derived, target: PrintTarget): string {
  if (placeholders.length > 0) {
    const names = placeholders.join(", ");
    throw new UserError(
      "usage",
      `The loss holds ${names}, which only you know.`,
      `Define ${placeholders.length > 1 ? "them" : "it"} in a line above the rule.`,
    );
  }
  const result = printLoss(loss, target);
  if (result.ok) return result.text;
  throw new UserError("unwritable", `${PRINT_TITLES[target]}: ${result.diagnostics[0]?.message}.`);
}

async function measure({ loss }: Derived, parsed: Parsed): Promise<SequentialGap | undefined> {
  const path = parsed.text("run");
  if (path === undefined) {
    if (parsed.given("update") || parsed.given("alpha"))
      throw new UserError("usage", "--update and --alpha need --run FILE.");
    return undefined;
  }
  const { run, inspector } = await openUpdate(path, parsed.integer("update", 1));
  try {
    return measureSequentialGap(inspector.frozen, loss, parsed.number("alpha"));
  } finally {
    await run.close();
  }
}

function plainText(
  { rule, loss, notes }: Derived,
  texts: readonly { target: PrintTarget; text: string }[],
  gap: SequentialGap | undefined,
  columns: number,
): string {
  const parts = [
    `rule\n${indented(rule)}`,
    `loss\n${indented(loss.trimEnd())}`,
    ...texts.map(({ target, text }) => `${PRINT_TITLES[target]}\n${indented(text.trimEnd())}`),
    ...notes.map(({ title, text }) => wrapped(`${title}: ${text}`, columns)),
    ...(gap ? [gapText(gap)] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** The measured difference, and what its ratios say. */
export function gapText({ gaps, ratios }: SequentialGap): string {
  const rows = gaps.map(({ alpha, difference, step }, index) => [
    formatNumber(alpha),
    formatNumber(difference),
    formatNumber(step),
    step === 0 ? "" : `${((100 * difference) / step).toPrecision(3)} %`,
    index === 0 || !Number.isFinite(ratios[index - 1]!) ? "" : ratios[index - 1]!.toFixed(3),
  ]);
  const header = ["α", "‖θ in turn − θ summed‖", "‖step‖", "of the step", "ratio"];
  return `Step by step against summed, measured: where halving α quarters the difference it is O(α²)\n${textTable([header, ...rows]).trimEnd()}`;
}
