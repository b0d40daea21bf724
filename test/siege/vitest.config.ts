import { defineConfig } from "vitest/config";

/** Attacks on the port, one at a time: each needs the machine to itself. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.siege.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
