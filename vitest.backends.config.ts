import { defineConfig } from "vitest/config";

/**
 * Tests of TensorFlow and WebGPU; `npm test -- backends` installs both and says where they are. Each file has a process of
 * its own, because a native library loads once a process.
 */
export default defineConfig({
  test: {
    include: ["test/backends/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
