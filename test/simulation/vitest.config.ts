/** Runs the tests that are meant for the mutant that UNDERSTUDY_MUTANT names, with the mutant in the source. */

import { env } from "node:process";
import { defineConfig } from "vitest/config";
import { plantMutant } from "./mutant.ts";
import { MUTANTS } from "./mutant-list.ts";

const mutant = MUTANTS.find(({ name }) => name === env["UNDERSTUDY_MUTANT"]);
if (mutant === undefined) throw new Error(`no mutant is named "${env["UNDERSTUDY_MUTANT"]}"`);

export default defineConfig({
  // A cached module would be one without the mutant, or with another.
  test: { include: [mutant.caughtBy], testTimeout: 60_000, fsModuleCache: false },
  plugins: [
    {
      name: "plant-mutant",
      enforce: "pre",
      transform: (code, id) => (id.endsWith(`/src/${mutant.file}`) ? plantMutant(mutant, code) : undefined),
    },
  ],
});
