import { describe, expect, test } from "vitest";
import type { EnvironmentRecord } from "../../../src/environments/environment.ts";
import { environments, findEnvironment } from "../../../src/environments/registry.ts";
import { actionSize } from "../../../src/environments/spaces.ts";
import type { SceneView } from "../../../src/protocol/scene.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";

/** Scenes along a random walk, a step at a time. */
function scenes(record: EnvironmentRecord, steps = 60): SceneView[] {
  const environment = record.create();
  const generator = createGenerator(4, "scenes");
  const observation = new Float64Array(environment.observationSpace.low.length);
  const space = environment.actionSpace;
  environment.reset(generator, observation, 0);
  return Array.from({ length: steps }, () => {
    if (environment.terminated) environment.reset(generator, observation, 0);
    const action = Float64Array.from({ length: actionSize(space) }, () =>
      space.kind === "discrete" ? Math.floor(generator.uniform() * space.n) : 6 * generator.uniform() - 3,
    );
    const step = { observation: observation.slice(), state: environment.state(), action: [...action] };
    environment.step(action, 0, observation, 0);
    return record.draw!(step);
  });
}

/** The x and y of every point that a scene draws. */
function points({ shapes }: SceneView): [number, number][] {
  return shapes.flatMap((shape) =>
    "points" in shape
      ? Array.from({ length: shape.points.length / 2 }, (_, i): [number, number] => [
          shape.points[2 * i]!,
          shape.points[2 * i + 1]!,
        ])
      : [[shape.x, shape.y] as [number, number]],
  );
}

describe.each(environments.map((record) => [record.id, record] as const))("%s", (_, record) => {
  test("is drawn within its frame, in finite numbers", () => {
    for (const scene of scenes(record)) {
      for (const [x, y] of points(scene)) {
        expect(x >= -30 && x <= scene.width + 30, `x ${x}`).toBe(true);
        expect(y >= -2 && y <= scene.height + 2, `y ${y}`).toBe(true);
      }
    }
  });

  test("is said in words that change with state or action", () => {
    const words = scenes(record).map((scene) => scene.words);
    for (const text of words) expect(text).toMatch(/^[A-Z].*\.$/u);
    expect(new Set(words).size).toBeGreaterThan(1);
    expect(words.join()).not.toMatch(/NaN|undefined|Infinity/);
  });
});

const drawn = (id: string, observation: number[], action: number[], state?: number[]) => {
  const found = findEnvironment(id);
  if (!found.ok) throw new Error(found.message);
  return found.record.draw!({ observation, action, state });
};
/** The points of a scene's arrow. */
function arrowOf(scene: SceneView): readonly number[] {
  const arrow = scene.shapes.find((shape) => shape.kind === "arrow");
  return arrow?.kind === "arrow" ? arrow.points : [];
}

describe("a scene", () => {
  test("shows an action beyond its bounds and what it was clipped to", () => {
    expect(drawn("Pendulum-v1", [1, 0, 0], [2.5]).words).toContain("torque 2.5, clipped to 2");
    expect(drawn("Pendulum-v1", [1, 0, 0], [-1]).words).toMatch(/torque −1\.$/u);
    expect(drawn("MountainCarContinuous-v0", [-0.5, 0], [-3]).words).toContain("force −3, clipped to −1");
  });

  test("of the corridor points where the agent really goes", () => {
    const [fromLeft, , toLeft] = arrowOf(drawn("ShortCorridor", [1], [1], [1]));
    expect(toLeft!).toBeLessThan(fromLeft!);
    const [fromRight, , toRight] = arrowOf(drawn("ShortCorridor", [1], [1], [0]));
    expect(toRight!).toBeGreaterThan(fromRight!);
  });

  test("of the corridor without a known state says so and draws no agent", () => {
    const scene = drawn("ShortCorridor", [1], [0]);
    expect(scene.words).toContain("The place is not recorded");
    expect(scene.shapes.some(({ kind }) => kind === "circle")).toBe(false);
  });

  test("of a lake puts the agent into the observed cell", () => {
    const observation = Array.from({ length: 16 }, (_, cell) => (cell === 6 ? 1 : 0));
    expect(drawn("FrozenLake-v1", observation, [2]).words).toContain("row 2, column 3");
  });

  test("of the acrobot measures the tip's height in links above the joint", () => {
    expect(drawn("Acrobot-v1", [1, 0, 1, 0, 0, 0], [1]).words).toContain("Tip −2 m");
    expect(drawn("Acrobot-v1", [-1, 0, 1, 0, 0, 0], [1]).words).toContain("Tip 2 m");
  });

  test("turns the pendulum's arc with the torque's sign", () => {
    const end = (torque: number) => arrowOf(drawn("Pendulum-v1", [1, 0, 0], [torque])).at(-2)!;
    // A positive torque raises θ, which turns to the left of upright: below the pivot the arc runs right.
    expect(end(1)).toBeGreaterThan(120);
    expect(end(-1)).toBeLessThan(120);
  });
});
