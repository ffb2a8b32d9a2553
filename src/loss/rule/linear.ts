import type { Diagnostic, TextRange } from "../diagnostic.ts";
import type { Expression } from "../syntax.ts";
import { Refusal } from "../tokenCursor.ts";

/** One factor of what stands before a gradient; `inverse` where it divides. */
export interface Factor {
  readonly expression: Expression;
  readonly inverse: boolean;
}

/** One summand of a rule: sign · Π factors · ∇of, or a trace's name in the place of ∇of. */
export interface GradientSummand extends TextRange {
  readonly sign: 1 | -1;
  readonly factors: readonly Factor[];
  /** What is differentiated; undefined where no ∇ was found. */
  readonly of: Expression | undefined;
  /** The trace that stands in the gradient's place. */
  readonly trace: string | undefined;
  /** Averaged over the steps by a mean around it. */
  readonly averaged: boolean;
}

type Draft = { -readonly [Key in keyof GradientSummand]: GradientSummand[Key] };

function refuse(code: string, message: string, hint: string, { start, end }: TextRange): never {
  const diagnostic: Diagnostic = { severity: "error", code, message, hint, start, end };
  throw new Refusal(diagnostic);
}

/** Splits a rule's right side into summands, each linear in one gradient. */
class Splitter {
  private readonly isTrace: (name: string) => boolean;

  constructor(isTrace: (name: string) => boolean) {
    this.isTrace = isTrace;
  }

  split(expression: Expression): Draft[] {
    switch (expression.kind) {
      case "unary":
        return this.sign(expression.operator, this.split(expression.operand), expression);
      case "binary":
        return this.binary(expression);
      case "call":
        return this.call(expression);
      case "name":
        return [
          this.isTrace(expression.name)
            ? { ...plain(expression), factors: [], trace: expression.name }
            : plain(expression),
        ];
      default:
        return [plain(expression)];
    }
  }

  private sign(operator: string, parts: readonly Draft[], range: TextRange): Draft[] {
    if (operator === "~") refuse("rule", "~ has no place around a gradient", "remove it", range);
    return operator === "-" ? parts.map(negated) : [...parts];
  }

  private binary(expression: Expression & { kind: "binary" }): Draft[] {
    const { left, right, operator } = expression;
    if (!this.holdsGradient(expression)) return [plain(expression)];
    if (operator === "+" || operator === "-") {
      const second = this.split(right);
      return [...this.split(left), ...(operator === "-" ? second.map(negated) : second)];
    }
    if (operator === "*") return this.product(left, right, expression);
    if (operator === "/") {
      if (this.holdsGradient(right))
        refuse("not-linear", "a gradient divides here", "a rule is a sum of weights times gradients", right);
      return this.split(left).map((part) => ({
        ...part,
        factors: [...part.factors, { expression: right, inverse: true }],
      }));
    }
    return refuse(
      "not-linear",
      `${operator} does not leave the rule a sum of weights times gradients`,
      "write weight * grad(…), and put what is to be differentiated inside the brackets",
      expression,
    );
  }

  private product(left: Expression, right: Expression, range: TextRange): Draft[] {
    const [inLeft, inRight] = [this.holdsGradient(left), this.holdsGradient(right)];
    if (inLeft && inRight)
      refuse(
        "not-linear",
        "two gradients are multiplied",
        "a rule is a sum of weights times gradients",
        range,
      );
    const factor = { expression: inLeft ? right : left, inverse: false };
    return this.split(inLeft ? left : right).map((part) => ({
      ...part,
      factors: inLeft ? [...part.factors, factor] : [factor, ...part.factors],
    }));
  }

  private call(expression: Expression & { kind: "call" }): Draft[] {
    const [argument] = expression.arguments;
    if (expression.name === "grad") {
      if (!argument || expression.arguments.length > 1)
        refuse("rule", "∇ takes one expression", "write grad(log_pi)", expression);
      return [{ ...plain(expression), factors: [], of: argument.value }];
    }
    if (!this.holdsGradient(expression)) return [plain(expression)];
    const whole = expression.arguments.length === 1 && argument;
    if (whole && expression.name === "sum") return this.split(argument.value);
    if (whole && expression.name === "mean")
      return this.split(argument.value).map((part) => ({ ...part, averaged: true }));
    if (whole && (expression.name === "detach" || expression.name === "stop_gradient"))
      return this.split(argument.value);
    return refuse(
      "not-linear",
      `${expression.name} does not leave the rule a sum of weights times gradients`,
      "only sum and mean may stand around a gradient",
      expression.nameRange,
    );
  }

  private holdsGradient(expression: Expression): boolean {
    switch (expression.kind) {
      case "call":
        return (
          expression.name === "grad" || expression.arguments.some(({ value }) => this.holdsGradient(value))
        );
      case "binary":
        return this.holdsGradient(expression.left) || this.holdsGradient(expression.right);
      case "unary":
        return this.holdsGradient(expression.operand);
      case "name":
        return this.isTrace(expression.name);
      case "index":
        return this.holdsGradient(expression.target);
      default:
        return false;
    }
  }
}

/** A summand without a gradient: the whole of it is a factor. */
function plain(expression: Expression): Draft {
  return {
    start: expression.start,
    end: expression.end,
    sign: 1,
    factors: [{ expression, inverse: false }],
    of: undefined,
    trace: undefined,
    averaged: false,
  };
}

function negated(part: Draft): Draft {
  return { ...part, sign: part.sign === 1 ? -1 : 1 };
}

/** The summands of a right side. Throws a Refusal where it is not linear in its gradients. */
export function splitGradients(
  expression: Expression,
  isTrace: (name: string) => boolean = () => false,
): GradientSummand[] {
  return new Splitter(isTrace).split(expression);
}
