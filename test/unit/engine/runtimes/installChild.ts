import { installRuntime } from "../../../../src/engine/runtimes/installRuntime.ts";

/** Installs TensorFlow into a folder with the PATH it was given, and says each step, until it is killed. */
const [folder = "", path = ""] = process.argv.slice(2);
const { signal } = new AbortController();
await installRuntime(
  "tensorflow",
  { folders: [folder] },
  {
    signal,
    environment: { PATH: path, HOME: folder },
    pythons: [],
    report: ({ step }) => process.stdout.write(`${step}\n`),
  },
);
