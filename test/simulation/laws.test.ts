import { expect, test } from "vitest";
import { REGRESSIONS } from "./regressions.ts";
import { checkScenario, simulate } from "./simulate.ts";

/** Worlds are drawn anew each time; a failure prints how to replay it. */
const seed = Math.floor(Math.random() * 2 ** 31);

test("no law is breached in 20,000 worlds", { timeout: 300_000 }, async () => {
  const { runs, failure } = await simulate({ runs: 20_000, seed });
  const replay = `npm run simulate -- --seed ${seed} --path ${failure?.path ?? ""}`;
  expect(failure, replay).toBeUndefined();
  expect(runs).toBe(20_000);
});

test.each(REGRESSIONS)("not any more: %s", async (_, scenario) => {
  expect(await checkScenario(scenario)).toEqual([]);
});
