import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { algorithms } from "../../../../src/algorithms/registry.ts";
import { formatLoss } from "../../../../src/loss/editing/format.ts";
import { lex } from "../../../../src/loss/lex.ts";
import { parseLoss } from "../../../../src/loss/parse.ts";
import { program } from "../../../util/programArbitrary.ts";

describe("a formatted loss", () => {
  test.each([
    ["loss=-(gamma ** t*G . detach( )*log_pi) . sum( )", "loss = -(gamma**t * G.detach() * log_pi).sum()\n"],
    ["a=1;b = 2\nloss=a*b*log_pi", "a = 1; b = 2\nloss = a * b * log_pi\n"],
    ["x = sum(r,dim = 0,keepdim=True)", "x = sum(r, dim=0, keepdim=True)\n"],
    ["x = V [1 :]-V[ : -1 ]", "x = V[1:] - V[:-1]\n"],
    ["x = - r+-1 *~ done", "x = -r + -1 * ~done\n"],
    ["loss = -(γᵗ*G*log   π(a|s)).sum()", "loss = -(γᵗ * G * log π(a|s)).sum()\n"],
    ["x=(a<=2)&~(a!=0)", "x = (a <= 2) & ~(a != 0)\n"],
    ["  # book\n\n\n\nloss = log_pi # end  ", "# book\n\nloss = log_pi  # end\n"],
    ["loss = (r  # first\n*log_pi\n).sum()", "loss = (r  # first\n    * log_pi\n).sum()\n"],
    ["loss = r \\\n+ log_pi", "loss = r \\\n    + log_pi\n"],
    ["x = r ** -2", "x = r**-2\n"],
    ["x = F . mse_loss(V,r,reduction= 'sum')", "x = F.mse_loss(V, r, reduction='sum')\n"],
  ])("%j becomes %j", (text, expected) => {
    expect(formatLoss(text)).toBe(expected);
  });

  test("keeps equals signs aligned that were aligned, and does not align others", () => {
    expect(formatLoss("G    =r\nbeta = 1\nloss =  G*beta*log_pi")).toBe(
      "G    = r\nbeta = 1\nloss = G * beta * log_pi\n",
    );
    expect(formatLoss("G =r\nbeta = 1\nlog_pi")).toBe("G = r\nbeta = 1\nlog_pi\n");
  });

  test("aligns around a name that is too long for the column", () => {
    const text = "a    = r\nlonger_name = a\nbeta = 1\nloss = a * log_pi\n";
    expect(formatLoss(text)).toBe(text);
  });

  test("keeps a comment's column where the code leaves room", () => {
    expect(formatLoss("x=r        # the reward\nloss=x*log_pi # y")).toBe(
      "x = r      # the reward\nloss = x * log_pi  # y\n",
    );
  });

  test("keeps carriage returns where the text has them", () => {
    expect(formatLoss("x=r\r\nloss=x*log_pi")).toBe("x = r\r\nloss = x * log_pi\r\n");
  });

  test.each(algorithms.map(({ id, loss }) => [id, loss]))("is %s as it is shipped", (_, loss) => {
    expect(formatLoss(loss)).toBe(loss);
  });

  test.each(["loss = (", "loss = = 2", "é = 1"])("there is none of %j, which cannot be parsed", (text) => {
    expect(formatLoss(text)).toBeUndefined();
  });
});

/** What a program says, without where it says it. */
function meaning(text: string): unknown {
  const { program } = parseLoss(text);
  const places = new Set(["start", "end", "nameRange", "operatorRange", "keywordRange", "text"]);
  return (
    program && JSON.parse(JSON.stringify(program, (key, value) => (places.has(key) ? undefined : value)))
  );
}

/** The same tokens with other space between them, and comments and line ends where they may stand. */
function spacedOut(text: string, gaps: readonly string[]): string {
  const { tokens } = lex(text);
  let spaced = "";
  let depth = 0;
  let end = 0;
  for (const [at, token] of tokens.entries()) {
    const gap = gaps[at % gaps.length]!;
    const original = text.slice(end, token.start);
    spaced += (gap.includes("\n") && depth === 0) || token.start === end ? original : gap || original;
    spaced += text.slice(token.start, token.end);
    if ("([".includes(token.text)) depth++;
    if (")]".includes(token.text)) depth--;
    end = Math.max(end, token.end);
  }
  return spaced;
}

const gaps = fc.array(fc.constantFrom("", " ", "   ", "\t", " \n", " # c\n  ", "\n\n"), {
  minLength: 1,
  maxLength: 20,
});

describe("formatting", () => {
  property.prop([program, gaps], { numRuns: 500 })("means the same and settles at once", (text, between) => {
    const written = spacedOut(text, between);
    const before = meaning(written);
    const formatted = formatLoss(written);
    if (before === undefined) return expect(formatted).toBeUndefined();
    expect(formatted).toBeDefined();
    expect(meaning(formatted!)).toEqual(before);
    expect(formatLoss(formatted!)).toBe(formatted);
  });

  property.prop(
    [fc.string({ unit: fc.constantFrom(..."ab1. =+-*/()[],:#\n\\\"'~^πᵗ|;é\r"), maxLength: 40 })],
    {
      numRuns: 2000,
    },
  )("leaves what any text means as it is, and settles", (text) => {
    const formatted = formatLoss(text);
    if (formatted === undefined) return;
    expect(meaning(formatted)).toEqual(meaning(text));
    expect(formatLoss(formatted)).toBe(formatted);
  });
});
