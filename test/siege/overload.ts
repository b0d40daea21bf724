/**
 * Finds how many calls a second the gateway can serve, and shows what becomes of more: at 1, 2, 5 and 10 times that.
 *
 * `node test/siege/overload.ts [--connections new|kept] [--seconds 10] [--deltas 200] [--checkout FOLDER]`. The calls
 * come whether or not earlier ones were answered, as those of many independent clients do. Figures of one run belong
 * together.
 */

import { parseArgs } from "node:util";

import { type Offered, offerCalls } from "./offer-calls.ts";
import { startTarget } from "./start-target.ts";

const { values: options } = parseArgs({
  options: {
    connections: { type: "string", default: "new" },
    deltas: { type: "string", default: "200" },
    seconds: { type: "string", default: "10" },
    checkout: { type: "string" },
  },
});
const connections = options.connections === "kept" ? "kept" : "new";
const seconds = Number(options.seconds);
const target = await startTarget({ checkout: options.checkout, deltaCount: Number(options.deltas) });

function report(name: string, { rate, answered, refused, failed, p50Ms, p99Ms }: Offered): void {
  const figures = [rate, answered, refused, failed].map((value) => value.toFixed(0).padStart(8));
  console.log([name.padEnd(8), ...figures, p50Ms.toFixed(1).padStart(8), p99Ms.toFixed(1).padStart(8)].join(" "));
}

console.log(`each second      offered  answered  refused   failed   p50 ms   p99 ms   (${connections} connections)`);
const offer = (rate: number, forSeconds = seconds): Promise<Offered> =>
  offerCalls({ port: target.port, rate, seconds: forSeconds, connections });
await offer(50, 5); // the first calls are those of a cold process
const quiet = await offer(20);
report("quiet", quiet);
let knee = quiet;
for (let rate = 100; ; rate = Math.round(rate * 1.25)) {
  const offered = await offer(rate, 5);
  if (offered.answered < 0.97 * rate || offered.p99Ms > 10 * quiet.p99Ms) break;
  knee = offered;
}
report("knee", knee);
for (const times of [1, 2, 5, 10]) report(`${times} x`, await offer(knee.rate * times));
await target.stop();
