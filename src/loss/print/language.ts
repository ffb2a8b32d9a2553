import type { IndexRange, Settings } from "../callSettings.ts";
import type { OperatorRow, Parameter } from "../operator.ts";
import { nameOf, numberOf, type Term } from "../symbolic/term.ts";
import { ATOM, type Dialect, type Writer, type Written, writeInfix, writeNumber } from "./writer.ts";

/** Operators that are written after what they work on: x.sum(). */
const METHODS: ReadonlySet<string> = new Set(
  "detach sum mean prod std var amax amin cumsum cumprod flip unsqueeze squeeze gather double to bool numel".split(
    " ",
  ),
);

const OWN_NAMES: Readonly<Record<string, string>> = { clamp_tensor: "clamp" };

/** Our own language; `power` is `**` in losses and `^` in rules. */
export function languageDialect(power: "**" | "^"): Dialect {
  return {
    number: (value) => writeNumber(value, "inf", "nan"),
    name: (name) => name,
    operation(term, writer) {
      const { source } = term;
      if (source.kind !== "operator") throw new Error("an adjoint without a formula cannot be written");
      if (source.row.name === "pos") return writer.write(term.operands[0]!);
      if (source.row.name === "index") return indexed(term, source.settings, writer);
      return writeInfix(term, writer, power) ?? call(term, source.row, source.settings, writer);
    },
  };
}

function call(term: Term, row: OperatorRow, settings: Settings, writer: Writer): Written {
  const given = argumentsOf(term, row, settings, writer);
  const name = OWN_NAMES[row.name] ?? row.name;
  if (!METHODS.has(row.name)) return { text: `${name}(${given.join(", ")})`, strength: ATOM };
  const receiver = writer.tight(term.operands[0]!, ATOM);
  return { text: `${receiver}.${name}(${given.slice(1).join(", ")})`, strength: ATOM };
}

/** Arguments in the row's order; what a row would assume anyway is left out, what follows it is named. */
function argumentsOf(term: Term, row: OperatorRow, settings: Settings, writer: Writer): string[] {
  const texts: string[] = [];
  let skipped = false;
  let operand = 0;
  for (const parameter of row.parameters) {
    const text =
      parameter.kind === "tensor"
        ? operandText(term.operands[operand++], parameter, writer)
        : settingText(parameter, settings);
    skipped ||= text === undefined || KEYWORD_ONLY.has(parameter.name);
    if (text !== undefined) texts.push(skipped ? `${parameter.name}=${text}` : text);
  }
  return texts;
}

const KEYWORD_ONLY: ReadonlySet<string> = new Set(["keepdim", "correction", "reduction"]);

function operandText(
  operand: Term | undefined,
  parameter: Parameter & { kind: "tensor" },
  writer: Writer,
): string | undefined {
  if (operand === undefined) return undefined;
  const usual = parameter.default;
  if (typeof usual === "number" && numberOf(operand) === usual) return undefined;
  if (typeof usual === "object") {
    const name = nameOf(operand);
    if (name !== undefined && usual.data.includes(name)) return undefined;
    if (numberOf(operand) === usual.otherwise) return undefined;
  }
  return writer.text(operand);
}

function settingText(parameter: Parameter, settings: Settings): string | undefined {
  switch (parameter.kind) {
    case "axis":
      return settings.axis === undefined || settings.axis === parameter.default
        ? undefined
        : String(settings.axis);
    case "axes":
      return settings.axes ? `[${settings.axes.join(", ")}]` : undefined;
    case "flag":
      return parameter.name === "keepdim" && settings.keepDimension ? "True" : undefined;
    case "integer":
      return integerText(settings[parameter.setting], parameter);
    case "reduction":
      return settings.reduction === parameter.default ? undefined : `"${settings.reduction}"`;
    case "type":
      return settings.type === "boolean" ? "bool" : "float64";
    case "tensor":
      return undefined;
    default:
      return parameter satisfies never;
  }
}

function integerText(
  value: number | undefined,
  parameter: Parameter & { kind: "integer" },
): string | undefined {
  const usual = parameter.default ?? (parameter.setting === "correction" ? 1 : undefined);
  return value === undefined || value === usual ? undefined : String(value);
}

function indexed(term: Term, settings: Settings, writer: Writer): Written {
  const entries = (settings.entries ?? []).map(entryText).join(", ");
  return { text: `${writer.tight(term.operands[0]!, ATOM)}[${entries}]`, strength: ATOM };
}

/** Python's own spelling of an index, a slice or a new axis. */
export function entryText(entry: IndexRange): string {
  if (entry.kind === "new") return "None";
  if (entry.kind === "at") return String(entry.at);
  const step = entry.step === 1 ? "" : `:${entry.step}`;
  return `${entry.start ?? ""}:${entry.stop ?? ""}${step}`;
}
