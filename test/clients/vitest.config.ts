import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.clients.ts"],
    globalSetup: ["build-clients.ts"],
    // A gateway and an example start in each test; Python alone takes a second on a busy machine.
    testTimeout: 60_000,
  },
});
