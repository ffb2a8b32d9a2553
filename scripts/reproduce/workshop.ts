import { SetUpError } from "../lib/stage.mjs";
import { ensureOracles } from "../oracles/install.ts";

/** What a part of the reproductions is made with. */
export interface Workshop {
  /** Saves a picture by its name. */
  readonly save: (name: string, svg: string) => void;
  /** Keeps what has been measured before the part is whole. */
  readonly soFar: (part: object) => Promise<void>;
  /** The Python with PyTorch and Gymnasium; undefined where there can be none. */
  readonly python: string | undefined;
}

/** The oracles' Python, made where it is missing; undefined, and said, where that cannot be done. */
export async function torchPython(): Promise<string | undefined> {
  try {
    return await ensureOracles();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.log(`PyTorch is left out: ${error.message}`);
    return undefined;
  }
}
