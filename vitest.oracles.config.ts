import { defineConfig } from "vitest/config";

/** Tests against live oracles in Python; `npm run test:oracles` installs them and names their Python. */
export default defineConfig({
  test: {
    include: ["test/oracles/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
