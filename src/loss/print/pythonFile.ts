import { leafName } from "../graph.ts";
import { formatShape } from "../shapes.ts";
import type { Line } from "./listing.ts";
import type { Printable } from "./printable.ts";
import { pythonName } from "./python.ts";

/** A function's parts, before they are put together. */
export interface FunctionParts {
  readonly arguments: readonly string[];
  /** What the function is and what its arguments are, a line each. */
  readonly documentation: readonly string[];
  readonly lines: readonly Line[];
  readonly result: string;
  readonly helpers: ReadonlySet<string>;
}

export interface FileParts {
  readonly imports: (body: string) => readonly string[];
  readonly helpers: Readonly<Record<string, string>>;
  readonly needs: Readonly<Record<string, readonly string[]>>;
}

/** Heads first, then data, with shapes. */
export function signature({
  heads,
  data,
  comment,
}: Printable): Pick<FunctionParts, "arguments" | "documentation"> {
  const described = (leaf: Printable["heads"][number]) =>
    `${pythonName(leafName(leaf))} ${leaf.number ? "number" : formatShape(leaf.shape)}`;
  const first = `${comment?.replaceAll('"""', "'''") ?? "The loss to be minimised"}.`.replace(/\.\.$/, ".");
  const lines = [
    ...(heads.length > 0 ? [`Differentiated: ${heads.map(described).join(", ")}.`] : []),
    ...(data.length > 0 ? [`Data: ${data.map(described).join(", ")}.`] : []),
  ];
  return {
    arguments: [...heads, ...data].map((leaf) => pythonName(leafName(leaf))),
    documentation: [first.replaceAll("\\", "/"), ...lines],
  };
}

/** A whole Python file: imports, the functions of ours that are called, the loss. */
export function pythonFile(parts: FunctionParts, file: FileParts): string {
  const helpers = closure(parts.helpers, file.needs).map((name) => file.helpers[name]!);
  const [first, ...rest] = parts.documentation;
  const body = [
    `def policy_loss(${parts.arguments.join(", ")}):`,
    rest.length === 0
      ? `    """${first}"""`
      : `    """${first}\n\n${rest.map((line) => `    ${line}`).join("\n")}\n    """`,
    ...parts.lines.map(({ name, text }) => `    ${name} = ${text}`),
    `    return ${parts.result}`,
  ].join("\n");
  const blocks = [...helpers, body];
  return `${file.imports(blocks.join("\n")).join("\n")}\n\n\n${blocks.join("\n\n\n")}\n`;
}

/** The functions called and those that they call, what is called first. */
export function closure(
  called: ReadonlySet<string>,
  needs: Readonly<Record<string, readonly string[]>>,
): string[] {
  const order: string[] = [];
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    for (const needed of Object.hasOwn(needs, name) ? needs[name]! : []) visit(needed);
    order.push(name);
  };
  for (const name of called) visit(name);
  return order;
}
