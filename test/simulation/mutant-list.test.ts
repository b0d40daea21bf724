import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { plantMutant } from "./mutant.ts";
import { MUTANTS } from "./mutant-list.ts";

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))("%s: fits the source", (_, mutant) => {
  const source = readFileSync(new URL(`../../src/${mutant.file}`, import.meta.url), "utf8");
  expect(plantMutant(mutant, source)).not.toBe(source);
});
