import { defineConfig } from "vitest/config";

/** Tests of the real page: each file starts a VS Code and a browser of its own, one after the other. */
export default defineConfig({
  test: {
    include: ["test/panel/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
