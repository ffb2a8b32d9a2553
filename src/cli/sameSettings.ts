import { settingsOf } from "../engine/runMetadata.ts";
import type { SettingsRequest } from "../engine/settings.ts";
import { UserError } from "../engine/userError.ts";
import { openRun } from "../runs/runReader.ts";

/** The option that asks for each setting. */
const optionOf: Readonly<Partial<Record<keyof SettingsRequest, string>>> = {
  learningRate: "learning-rate",
  clipNorm: "clip-norm",
  valueLearningRate: "value-learning-rate",
  sigmaBy: "sigma-by",
  annealSteps: "anneal",
  adamEpsilon: "adam-epsilon",
  bootstrapTruncated: "bootstrap-truncated",
};

/** Throws a UserError for the first setting asked for that the run at `path` was not trained with. */
export function checkSameSettings(path: string, asked: SettingsRequest): void {
  const reader = openRun(path);
  try {
    const own = {
      ...settingsOf(reader.metadata),
      loss: reader.losses().at(-1)?.text ?? reader.metadata.loss,
    };
    for (const [name, value] of Object.entries(asked) as [keyof SettingsRequest, unknown][]) {
      if (value === undefined || value === "auto" || String(value) === String(own[name])) continue;
      const option = optionOf[name] ?? name;
      throw new UserError(
        "usage",
        `${path} was trained with --${option} ${String(own[name])}; --resume cannot change it.`,
        `Leave --${option} away.`,
      );
    }
  } finally {
    reader.close();
  }
}
