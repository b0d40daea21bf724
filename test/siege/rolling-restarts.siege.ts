import { expect, test } from "vitest";

import { describeRoll, rollRestarts } from "./rolling-restarts.ts";
import { BALANCERS } from "./start-balancer.ts";

/** Each replica is restarted at least once, however long that takes. */
const ROLL_MS = 20_000;

test.each(BALANCERS)("no client notices rolling restarts behind %s", async (balancer) => {
  const result = await rollRestarts(balancer, ROLL_MS);
  console.log(`${balancer}: ${describeRoll(result)}`);
  for (const { name, count, failures } of result.clients) {
    expect({ name, failures }).toEqual({ name, failures: [] });
    expect(count).toBeGreaterThan(50);
  }
});
