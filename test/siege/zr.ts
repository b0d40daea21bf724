import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { offerCalls } from "./offer-calls.ts";
import { startTarget } from "./start-target.ts";

const hang = createServer(() => {}).listen(0, "127.0.0.1");
await new Promise((r) => hang.once("listening", r));
const cpu = (pid: number) => {
  const s = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(s[11]) + Number(s[12])) * 10;
};
const prof = process.argv[3] ? ["--cpu-prof", "--cpu-prof-dir=/tmp/prof", "--cpu-prof-interval=300"] : [];
for (const connections of process.argv[2]!.split(",") as ["new" | "kept"]) {
  const served = await startTarget(process.env["CO"] ? { checkout: process.env["CO"] } : {});
  await offerCalls({ port: served.port, rate: 200, seconds: 4, connections });
  const c0 = cpu(served.pid);
  const r0 = await offerCalls({ port: served.port, rate: 300, seconds: 6, connections });
  const c1 = cpu(served.pid);
  console.log(connections, "served", (((c1 - c0) / (r0.answered * 6)) * 1000).toFixed(0), "us", r0.failed);
  await served.stop();
  const t = await startTarget({
    upstreamUrl: `http://127.0.0.1:${(hang.address() as any).port}`,
    sections: { server: { max_concurrent_calls: 1 } },
    flags: prof,
    ...(process.env["CO"] ? { checkout: process.env["CO"] } : {}),
  });
  const holding = offerCalls({ port: t.port, rate: 2, seconds: 1, connections: "new" });
  await new Promise((r) => setTimeout(r, 500));
  await offerCalls({ port: t.port, rate: 500, seconds: 2, connections });
  const a0 = cpu(t.pid);
  const r1 = await offerCalls({ port: t.port, rate: Number(process.env["R"] ?? 800), seconds: 5, connections });
  const a1 = cpu(t.pid);
  console.log(
    connections,
    "refused",
    (((a1 - a0) / (r1.refused * 5)) * 1000).toFixed(0),
    "us",
    "refused",
    r1.refused,
    "failed",
    r1.failed,
  );
  if (prof.length) {
    t.child.kill("SIGTERM");
    await t.ended;
  }
  await holding;
  await t.stop();
}
process.exit();
