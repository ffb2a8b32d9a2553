import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { violations } from "./arrows/check.ts";
import { root } from "./lib/paths.mjs";

const files = globSync("{src,webview,test,bench,scripts}/**/*.{ts,mjs,js,cjs}", { cwd: root });
const sources = new Map(
  files.map((file) => [file.replaceAll("\\", "/"), readFileSync(join(root, file), "utf8")] as const),
);
const found = violations(sources);
for (const { file, line, message } of found) console.error(`${file}:${line}: ${message}`);
if (found.length > 0) process.exitCode = 1;
