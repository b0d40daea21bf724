import { offerCalls } from "./offer-calls.ts";
import { startTarget } from "./start-target.ts";

const t = await startTarget({
  ...(process.env["CO"] ? { checkout: process.env["CO"] } : {}),
  deltaCount: Number(process.argv[4] ?? 200),
  flags: process.argv[5] ? ["--cpu-prof", "--cpu-prof-dir=/tmp/prof", "--cpu-prof-interval=500"] : [],
});
t.child.stderr?.on("data", (d) => {
  for (const l of String(d).split("\n")) if (l.startsWith("t=")) console.log(l);
});
const o = (rate: number, seconds: number) =>
  offerCalls({ port: t.port, rate, seconds, connections: process.argv[2] as "new" });
await o(50, 3);
console.log(await o(Number(process.argv[3]), 8));
t.child.kill("SIGTERM");
await t.ended;
await t.stop();
process.exit();
