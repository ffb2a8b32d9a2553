import { describe, expect, test } from "vitest";
import { stateAt } from "../../../src/engine/inspection/stateAt.ts";
import { resolveSettings } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import { corridorSuccessor } from "../../../src/environments/shortCorridor.ts";

describe("the state before a step", () => {
  test("is walked again in the corridor", () => {
    const resolved = resolveSettings({ environment: "ShortCorridor", seed: 2 });
    const trainer = new Trainer(resolved);
    while (!trainer.collect(1000));
    const { batch } = trainer.collected();
    let place = 0;
    for (let t = 0; t < batch.steps; t++) {
      expect(stateAt(resolved.environment, batch, t)).toEqual([place]);
      place = corridorSuccessor(place, batch.actions[t]!);
    }
  });

  test("is not claimed where episodes start at random", () => {
    const resolved = resolveSettings({ environment: "CartPole-v1", seed: 2 });
    const trainer = new Trainer(resolved);
    while (!trainer.collect(1000));
    expect(stateAt(resolved.environment, trainer.collected().batch, 3)).toBeUndefined();
  });
});
