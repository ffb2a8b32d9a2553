import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const script = join("python", "gym_bridge.py");

/** The bridge's script: in the folder `python` beside the bundle or the sources. Throws where the program is not whole. */
export function bridgeScript(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, script);
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) throw new Error(`${script} is missing beside ${from}`);
  }
}

/** The Python that is meant where none is named. */
export const usualPython = process.platform === "win32" ? "python" : "python3";
