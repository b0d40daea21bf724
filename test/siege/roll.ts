/**
 * Shows what clients notice of rolling restarts behind a balancer.
 *
 * `node test/siege/roll.ts [--balancer haproxy|nginx] [--minutes 3]`, without a balancer with both. They must be
 * installed, as Debian has them.
 */

import { parseArgs } from "node:util";

import { describeRoll, rollRestarts } from "./rolling-restarts.ts";
import { BALANCERS } from "./start-balancer.ts";

const { values: options } = parseArgs({
  options: { balancer: { type: "string" }, minutes: { type: "string", default: "3" } },
});
for (const balancer of BALANCERS) {
  if (options.balancer !== undefined && options.balancer !== balancer) continue;
  console.log(`${balancer}: ${describeRoll(await rollRestarts(balancer, Number(options.minutes) * 60_000))}`);
}
process.exit(); // the clients keep their connections
