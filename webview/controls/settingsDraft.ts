import type { RunSettings } from "../../src/protocol/views.ts";

/** What a person has typed into the settings' fields. */
export interface SettingsDraft {
  readonly gamma?: string;
  readonly learningRate?: string;
  readonly optimiser?: string;
}

type Changeable = Pick<RunSettings, "gamma" | "learningRate" | "optimiser">;

export type SettingsChange =
  | { readonly ok: true; readonly settings: Partial<Changeable> }
  | { readonly ok: false; readonly message: string };

const ranges = {
  gamma: { accepts: (value: number) => value >= 0 && value <= 1, message: "γ is a number from 0 to 1" },
  learningRate: { accepts: (value: number) => value > 0 && value <= 1e3, message: "α is a number above 0" },
};

/** What of a draft differs from the settings, or which field is wrong and what it may be. */
export function settingsChange(draft: SettingsDraft, settings: Changeable): SettingsChange {
  const change: { -readonly [Name in keyof Changeable]?: Changeable[Name] } = {};
  for (const name of ["gamma", "learningRate"] as const) {
    const text = draft[name];
    if (text === undefined) continue;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!ranges[name].accepts(value)) return { ok: false, message: ranges[name].message };
    if (value !== settings[name]) change[name] = value;
  }
  if (draft.optimiser === "adam" || draft.optimiser === "sgd") {
    if (draft.optimiser !== settings.optimiser) change.optimiser = draft.optimiser;
  }
  return { ok: true, settings: change };
}
