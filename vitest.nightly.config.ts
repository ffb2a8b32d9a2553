import { defineConfig } from "vitest/config";

/** What takes too long for every change: `npm run test:nightly`. */
export default defineConfig({
  test: {
    include: ["test/nightly/**/*.test.ts"],
    testTimeout: 3_600_000,
  },
});
