import type { TrainingScript } from "./meaning.ts";
import { binary, call, negated, parts, type SyntaxNode } from "./script.ts";

/** A product of the loss that a quantity stands in, and the way from the loss down to it. */
export interface Term {
  /** What is added: the product, or what stands for it where it is no product. */
  readonly core: SyntaxNode;
  /** The outermost expression that holds this term alone, in the statement where the product stands. */
  readonly whole: SyntaxNode;
  /** Calls of sum and mean around it, outermost first. */
  readonly reductions: readonly SyntaxNode[];
  /** Whether it enters the loss with a minus, −ln π of a cross-entropy included. */
  readonly isNegative: boolean;
}

type IsWanted = (node: SyntaxNode) => boolean;

interface Way {
  readonly whole: SyntaxNode;
  readonly reductions: readonly SyntaxNode[];
  readonly isNegative: boolean;
}

const reducers = /^(sum|mean|stack|cat|concatenate|tensor|squeeze|view|reshape|float|to)$/;

/** The terms of the recorded loss that hold a quantity, in the order in which they are come upon. */
export function termsWith(training: TrainingScript, isWanted: IsWanted): readonly Term[] {
  const loss = training.update?.given.get("loss");
  if (!loss) return [];
  const search = new TermSearch(training, isWanted);
  search.follow(loss, { whole: loss, reductions: [], isNegative: false });
  return search.found;
}

class TermSearch {
  readonly found: Term[] = [];
  readonly #training: TrainingScript;
  readonly #isWanted: IsWanted;
  readonly #seen = new Set<string>();

  constructor(training: TrainingScript, isWanted: IsWanted) {
    this.#training = training;
    this.#isWanted = isWanted;
  }

  follow(node: SyntaxNode, way: Way): void {
    const place = `${node.from} ${node.to}`;
    if (this.#seen.has(place) || !this.#holds(node)) return;
    this.#seen.add(place);
    const { script } = this.#training;
    const sum = binary(node, script);
    const operand = negated(node, script);
    if (sum && (sum.operator === "+" || sum.operator === "-")) {
      this.follow(sum.left, { ...way, whole: sum.left });
      const isNegative = sum.operator === "-" ? !way.isNegative : way.isNegative;
      this.follow(sum.right, { ...way, whole: sum.right, isNegative });
    } else if (operand) this.follow(operand, { ...way, isNegative: !way.isNegative });
    else if (node.name === "ParenthesizedExpression") this.follow(parts(node)[0]!, way);
    else if (!this.#followCall(node, way) && !this.#followName(node, way)) this.#add(node, way);
  }

  #holds(node: SyntaxNode): boolean {
    return this.#training.flow.reaches(node, this.#isWanted, () => false);
  }

  /** sum(x), x.mean(), and functions of the script. */
  #followCall(node: SyntaxNode, way: Way): boolean {
    const { script, flow } = this.#training;
    const made = call(node, script);
    if (!made || this.#isWanted(node)) return false;
    const returned = flow.returnedBy(node);
    for (const one of returned) this.follow(one, { ...way, whole: one });
    if (returned.length > 0) return true;
    if (!reducers.test(made.name)) return false;
    const isModule = /^(torch|np|jnp|numpy|F)$/.test(made.receiver ? script.textOf(made.receiver) : "torch");
    const inner = isModule ? made.positional[0] : made.receiver;
    if (!inner) return false;
    const isReduction = made.name === "sum" || made.name === "mean";
    this.follow(inner, { ...way, reductions: isReduction ? [...way.reductions, node] : way.reductions });
    return true;
  }

  /** A name stands for what it was given, each time. */
  #followName(node: SyntaxNode, way: Way): boolean {
    if (this.#isWanted(node)) return false;
    const definitions = this.#training.flow.definitionsOf(node);
    for (const { value, statement } of definitions) {
      const isLess = statement.name === "UpdateStatement" && this.#training.textOf(statement).includes("-=");
      this.follow(value, { ...way, whole: value, isNegative: isLess ? !way.isNegative : way.isNegative });
    }
    return definitions.length > 0;
  }

  #add(core: SyntaxNode, { whole, reductions, isNegative }: Way): void {
    const { script } = this.#training;
    const isCrossEntropy = script
      .nodes("CallExpression", core)
      .some((node) => /^(cross_entropy|nll_loss)$/.test(call(node, script)?.name ?? ""));
    const signs = factorsOf(core, this.#training).filter((factor) => negated(factor, script)).length;
    const isOdd = (signs % 2 === 1) !== isCrossEntropy;
    this.found.push({ core, whole, reductions, isNegative: isOdd ? !isNegative : isNegative });
  }
}

/** The factors of a product, signs and all; of anything else itself. */
export function factorsOf(core: SyntaxNode, training: TrainingScript): readonly SyntaxNode[] {
  const product = binary(core, training.script);
  if (product?.operator !== "*" && product?.operator !== "/") return [core];
  return [...factorsOf(product.left, training), product.right];
}
