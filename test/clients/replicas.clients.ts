import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { LANGUAGES } from "./built-clients.ts";
import { serveName } from "./serve-name.ts";
import { ENDLESS, type Gateway, startGateway } from "./start-gateway.ts";
import { hashPrinted, startSummary } from "./summarise.ts";

const HOSTS = ["127.0.0.1", "127.0.0.2"] as const;

interface Replicas {
  /** One name, as gRPC takes it. */
  readonly server: string;
  readonly gateways: readonly [Gateway, Gateway];
}

/** Starts two gateways on the same port of two addresses. */
async function startReplicas(primary?: string): Promise<Replicas> {
  const options = primary === undefined ? {} : { primary };
  const one = await startGateway({ ...options, listen: `${HOSTS[0]}:0` });
  const port = one.address.split(":")[1];
  const other = await startGateway({ ...options, listen: `${HOSTS[1]}:${port}` });
  return { server: `dns://${await serveName(HOSTS)}/gateway.test:${port}`, gateways: [one, other] };
}

/** Posts JSON to a gateway. */
function post({ address }: Gateway, path: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`http://${address}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Tells a replica to stop while it answers, and waits until it refuses calls. */
async function startDraining(gateway: Gateway): Promise<void> {
  const messages = [{ role: "user", content: "Sum up the plot of Hamlet" }];
  const running = await post(gateway, "v1/chat/completions", { model: ENDLESS, stream: true, messages });
  onTestFinished(() => running.body?.cancel().catch(() => {})); // the replica may be gone by then
  gateway.program.child.kill("SIGTERM");
  for (;;) {
    const health = await post(gateway, "grpc.health.v1.Health/Check", {});
    if ((await health.text()).includes("NOT_SERVING")) return;
  }
}

/** Writes the examples' service config without its retries. */
function writeConfigWithoutRetries(): string {
  const folder = mkdtempSync(join(tmpdir(), "understudy-clients-service-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "service-config.json");
  writeFileSync(file, JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }));
  return file;
}

/** More calls than one, so that round robin comes to each replica. */
const FOUR_FILES: readonly string[] = ["a", "b", "c", "d"].map(() => import.meta.filename);

describe.each(LANGUAGES)("with the retry service config, a %s client of two replicas", (language) => {
  test("does not notice that one drains", async () => {
    const { server, gateways } = await startReplicas("rate=3000");
    await startDraining(gateways[0]);
    const { code, stdout, stderr } = await startSummary(language, { server, files: FOUR_FILES }).ended;
    expect(stderr).not.toContain("error");
    expect(stdout.split(STORY)).toHaveLength(FOUR_FILES.length + 1);
    expect(code).toBe(0);
    expect(gateways.map(({ simulator }) => simulator.requests.length)).toEqual([1, FOUR_FILES.length]);
  });

  test("would notice it without", async () => {
    const { server, gateways } = await startReplicas("rate=3000");
    await startDraining(gateways[0]);
    const options = { server, files: FOUR_FILES, serviceConfig: writeConfigWithoutRetries() };
    const { code, stderr } = await startSummary(language, options).ended;
    expect(stderr).toContain("error: UNAVAILABLE (DRAINING): ");
    expect(code).toBe(75);
  });

  test("asks once when every route failed", async () => {
    const { server, gateways } = await startReplicas("status=503");
    const { stderr } = await startSummary(language, { server }).ended;
    const reported = [...stderr.matchAll(/^ {2}attempt \d/gmu)].length;
    expect(stderr).toContain("error: UNAVAILABLE (ALL_ROUTES_FAILED): ");
    // The gateway tries a route again by itself; the other replica is not asked at all.
    const asked = gateways.map(({ simulator }) => simulator.requests.length).filter((count) => count > 0);
    expect(asked).toEqual([reported]);
  });

  test("resumes on the other when one dies, and repeats nothing", async () => {
    const { server, gateways } = await startReplicas("rate=100");
    const summary = startSummary(language, { server });
    await summary.prints(/night ferry/u);
    const dying = gateways.find(({ simulator }) => simulator.requests.length > 0);
    const staying = gateways.find((gateway) => gateway !== dying);
    dying?.program.child.kill("SIGKILL");
    const { code, stdout, stderr } = await summary.ended;
    expect(stderr.match(/resuming/gu)).toHaveLength(1);
    expect(hashPrinted(stdout)).toBe(createHash("sha256").update(STORY).digest("hex"));
    expect(code).toBe(0);
    const asked = staying?.simulator.requests ?? [];
    expect(asked).toHaveLength(1);
    // A repeated call would not carry what was delivered.
    expect(JSON.stringify(asked[0]?.body)).toContain("night ferry");
  });
});
