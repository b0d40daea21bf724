import { execFileSync } from "node:child_process";
import { attacks } from "./attacks.ts";
import { besiege, describeToll, measureQuiet } from "./besiege.ts";
import { startTarget } from "./start-target.ts";

const t = await startTarget({});
const q = await measureQuiet(t);
const rest = t.residentBytes();
console.log("quiet p99", q, "rest", rest >> 20);
const only = process.argv[2];
for (const a of attacks) {
  if (only && !a.does.includes(only)) continue;
  const toll = await besiege(t, a, 4000, q);
  await new Promise((r) => setTimeout(r, 4000));
  console.log(describeToll(toll, t.residentBytes() - rest), toll.probe.lost.slice(0, 2));
}
await t.stop();
process.exit();
