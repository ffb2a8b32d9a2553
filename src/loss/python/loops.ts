import {
  bracketed,
  type Code,
  closingOf,
  isName,
  operandStart,
  partsOf,
  spliced,
  substituted,
  textOf,
  wordsOf,
} from "./code.ts";
import { isSilent, type Statement } from "./statements.ts";

/** A line of the loss: a name and what it is. */
export interface Assignment {
  readonly name: string;
  readonly code: Code;
}

/** The names of a loop and the whole columns that they run over; undefined where that is not known. */
export function loopNames(names: Code, over: Code): Map<string, Code> | undefined {
  const columns = columnsOf(over);
  if (columns === undefined) return undefined;
  const all = names.filter(isName);
  const targets = all.length === columns.length ? all.map((name) => [name]) : partsOf(names);
  if (targets.length > columns.length) return undefined;
  return new Map(targets.flatMap((target, at) => (target.length === 1 ? [[target[0]!, columns[at]!]] : [])));
}

/** zip(a, b), enumerate(a), reversed(a), a[::-1], range(n) and a by itself. */
function columnsOf(over: Code): Code[] | undefined {
  const isCall = over[1] === "(" && over.at(-1) === ")";
  const inside = isCall ? partsOf(over.slice(2, -1)) : [];
  if (isCall && over[0] === "zip") return inside;
  if (isCall && over[0] === "enumerate") {
    const columns = columnsOf(inside[0] ?? []);
    return columns === undefined ? undefined : [["t"], ...columns];
  }
  if (isCall && (over[0] === "reversed" || over[0] === "list")) return columnsOf(inside[0] ?? []);
  if (over.at(-1) === "]" && textOf(over).endsWith("[::-1]")) return [over.slice(0, -6)];
  if (isCall) return over[0] === "range" ? [["t"]] : undefined;
  return [over];
}

/** `R = r + gamma * R` with its append: rewards summed from the end, the return. Undefined for another loop. */
function returnsLoop(names: ReadonlyMap<string, Code>, body: readonly Statement[]): Assignment | undefined {
  const texts = body.map(({ text }) => text.replaceAll(" ", ""));
  for (const text of texts) {
    const sum = /^(\w+)=(?:(.+?)\+(.+)\*\1|(.+)\*\1\+(.+?)|\((.+)\*\1\)\+(.+?)|(.+?)\+\((.+)\*\1\))$/.exec(
      text,
    );
    if (sum === null) continue;
    const [, running, ...found] = sum;
    const [reward, discount] = [
      found[0] ?? found[3] ?? found[5] ?? found[6],
      found[1] ?? found[2] ?? found[4] ?? found[7],
    ];
    const list = texts.map((one) => appended(one, running!)).find((one) => one !== undefined);
    if (reward === undefined || discount === undefined || list === undefined) continue;
    const rewards = substituted(wordsOf(reward), names);
    const gamma = wordsOf(discount.split("*")[0]!);
    return { name: list, code: ["discounted_returns", "(", ...rewards, ",", ...gamma, ")"] };
  }
  return undefined;
}

/** The list that a running return is put into. */
function appended(text: string, running: string): string | undefined {
  const call = /^(\w+)\.(?:insert\(0,|appendleft\(|append\()(\w+)\)$/.exec(text);
  return call?.[2] === running ? call[1] : /^(\w+)\[\w+\]=(\w+)$/.exec(text)?.[1];
}

/** A loop over the steps as lines over whole columns; undefined where its body is of another kind. */
export function loopLines({ text, body }: Statement): Assignment[] | undefined {
  const head = wordsOf(text.replace(/^for\s+|:$/g, ""));
  const from = head.indexOf("in");
  const names = from < 0 ? undefined : loopNames(head.slice(0, from), head.slice(from + 1));
  if (names === undefined) return undefined;
  const returns = returnsLoop(names, body);
  if (returns !== undefined) return [returns];
  const lines: Assignment[] = [];
  for (const statement of body) {
    if (isSilent(statement.text)) continue;
    const line = bodyLine(statement, names);
    if (line === undefined) return undefined;
    lines.push(line);
  }
  return lines;
}

/** Losses that average where nothing else is said. */
const AVERAGING = /^(?:mse_loss|smooth_l1_loss|huber_loss|l1_loss|nll_loss|cross_entropy)$/;

/** What reduces the numbers of one step reduces nothing where a step is one number. */
function ofOneStep(code: Code, names: ReadonlyMap<string, Code>): Code {
  for (let at = 0; at < code.length; at++) {
    if (code[at + 1] !== "(") continue;
    const close = closingOf(code, at + 1);
    const inside = code.slice(at + 2, close);
    const isReduction = code[at] === "sum" || code[at] === "mean";
    if (isReduction && code[at - 1] === "." && ofStep(code.slice(operandStart(code, at - 1), at - 1), names))
      return ofOneStep(spliced(code, at - 1, close + 1), names);
    if (AVERAGING.test(code[at]!) && !inside.includes("reduction"))
      return ofOneStep(spliced(code, close, close, ",", "reduction", "=", "'none'"), names);
  }
  return code;
}

/** Whether code speaks of a loop's own names alone. */
function ofStep(code: Code, names: ReadonlyMap<string, Code>): boolean {
  const own = code.filter((word, at) => isName(word) && code[at - 1] !== "." && code[at + 1] !== "(");
  return own.length > 0 && own.every((word) => names.has(word));
}

function bodyLine({ text, body }: Statement, names: ReadonlyMap<string, Code>): Assignment | undefined {
  if (body.length > 0) return undefined;
  const append = /^([\w.]+)\.append\((.*)\)$/.exec(text);
  const change = /^([\w.]+)\s*([+-]?)=(?!=)\s*(.*)$/.exec(text);
  const [, target, sign, value] = append ? [append[0], append[1], "append", append[2]] : (change ?? []);
  if (target === undefined || value === undefined) return undefined;
  const code = substituted(ofOneStep(wordsOf(value), names), names);
  const name = target.split(".").at(-1)!;
  if (sign === "append" || sign === "") return { name, code };
  const sum = [...bracketed(code), ".", "sum", "(", ")"];
  return { name, code: sign === "-" ? ["-", ...sum] : sum };
}
