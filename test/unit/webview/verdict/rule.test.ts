import { expect, test } from "vitest";
import { mathOf } from "../../../../src/loss/math/math.ts";
import { mathElement } from "../../../../webview/verdict/rule.ts";

/** A page that only remembers what was built. */
class FakeElement {
  readonly attributes = new Map<string, string>();
  readonly children: FakeElement[] = [];
  textContent: string | null = null;
  readonly namespace: string;
  readonly tag: string;

  constructor(namespace: string, tag: string) {
    this.namespace = namespace;
    this.tag = tag;
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  append(...children: FakeElement[]): void {
    this.children.push(...children);
  }
}

const page = { createElementNS: (namespace: string, tag: string) => new FakeElement(namespace, tag) };

function build(rule: string): FakeElement {
  return mathElement(mathOf(rule)[0]!, page as unknown as Document) as unknown as FakeElement;
}

function all(element: FakeElement): FakeElement[] {
  return [element, ...element.children.flatMap(all)];
}

test("a rule becomes MathML elements, each symbol with its meaning", () => {
  const elements = all(build("theta += alpha * gamma^t * G * grad(log_pi)"));
  expect(new Set(elements.map(({ namespace }) => namespace))).toEqual(
    new Set(["http://www.w3.org/1998/Math/MathML"]),
  );
  const meanings = elements.flatMap((element) => element.attributes.get("data-meaning") ?? []);
  expect(meanings).toContain("The discount γ.");
  expect(meanings.join()).toMatch(/return: the discounted sum/);
});

test("text is never read as markup", () => {
  const script = all(build("theta += alpha * adv * grad(log_pi)")).every(
    ({ children, textContent }) => textContent === null || children.length === 0,
  );
  expect(script).toBe(true);
});
