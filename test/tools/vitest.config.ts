import { defineConfig } from "vitest/config";

/** Tests that need programs which npm does not bring: grpcurl, Chromium, openssl. */
export default defineConfig({
  test: { root: import.meta.dirname, include: ["**/*.tools.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
});
