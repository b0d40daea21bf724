import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { curlJson } from "../edge/run-curl.ts";
import { createConnectClient, createGrpcWebClient } from "./clients/connect.ts";
import { createGrpcJsClient } from "./clients/grpc-js.ts";
import type { CreateClient } from "./clients/scenario-client.ts";
import type { WorkloadSetup } from "./make-config.ts";
import { requestsOf } from "./requests-of.ts";
import { ask, expectWell, type Stage, startStage } from "./stage.ts";

/** Longest time from the client's cancel to the close of the upstream connection, in milliseconds. */
const CLOSED_WITHIN_MS = 100;

const clients: readonly { client: string; createClient: CreateClient }[] = [
  { client: "@grpc/grpc-js", createClient: createGrpcJsClient },
  { client: "Connect", createClient: createConnectClient },
  { client: "gRPC-Web", createClient: createGrpcWebClient },
];

/** What the upstream does at the time of the cancel, and whether the client has text by then. */
const moments = [
  { moment: "before the headers", faults: "hang", hasText: false },
  { moment: "before the first token", faults: "hang-body", hasText: false },
  { moment: "while pings come", faults: "pings-only", hasText: false },
  { moment: "while text comes", faults: "rate=100", hasText: true },
  { moment: "in a stall", faults: "stall=20", hasText: true },
] as const;

function setup(name: string, faults: string): WorkloadSetup {
  return { name, routes: [{ dialect: "openai-chat", faults }, { dialect: "anthropic-messages" }] };
}

function workloadName(client: string, faults: string): string {
  return `${client}-${faults}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .replace(/^-/u, "");
}

let stage: Stage;
beforeAll(async () => {
  const workloads = clients.flatMap(({ client }) =>
    moments.map(({ faults }) => setup(workloadName(client, faults), faults)),
  );
  stage = await startStage(createGrpcJsClient, [...workloads, setup("curl", "hang-body"), setup("tokens", "rate=400")]);
});
afterAll(() => stage?.close());

/** Time from `fromMs` until the workload's only upstream request was closed by the gateway. */
async function closedAfter(workload: string, fromMs: () => number): Promise<number> {
  await stage.simulator.until(() => requestsOf(stage, workload)[0]?.end.kind === "clientClosed", 2_000);
  const requests = requestsOf(stage, workload);
  expect(requests).toHaveLength(1);
  const end = requests[0]?.end;
  return end?.kind === "clientClosed" ? end.atMs - fromMs() : Number.NaN;
}

describe.each(clients)("$client", ({ client, createClient }) => {
  test.each(moments)("a cancel $moment closes the upstream at once, and no backup is asked", async (moment) => {
    const workload = workloadName(client, moment.faults);
    const own = createClient(stage.gateway.url);
    const stop = new AbortController();
    const gotText = Promise.withResolvers<void>();
    const told = own.stream(ask(workload), {
      signal: stop.signal,
      onEvent: ({ event }) => event.case === "textDelta" && gotText.resolve(),
    });
    await stage.simulator.until(() => requestsOf(stage, workload).length === 1);
    if (moment.hasText) await gotText.promise;
    const cancelledAtMs = Date.now();
    stop.abort();
    expect((await told).error).toBeDefined();
    expect(await closedAfter(workload, () => cancelledAtMs)).toBeLessThan(CLOSED_WITHIN_MS);
    own.close();
  });
});

test("a curl that gives up closes the upstream at once", async () => {
  const body = JSON.stringify({ workload: "curl", messages: [{ role: "ROLE_USER", text: "Hello" }] });
  const { url } = stage.gateway;
  await expect(curlJson(url, "CompletionService/Complete", body, "--max-time", "0.4")).rejects.toThrow();
  const goneAtMs = Date.now();
  expect(await closedAfter("curl", () => goneAtMs)).toBeLessThan(CLOSED_WITHIN_MS);
});

test("a cancelled attempt counts against no breaker", async () => {
  for (let round = 0; round < 5; round += 1) {
    const stop = new AbortController();
    await stage.client.stream(ask("tokens"), {
      signal: stop.signal,
      onEvent: ({ event }) => event.case === "textDelta" && stop.abort(),
    });
  }
  await stage.simulator.until(() => requestsOf(stage, "tokens").every(({ end }) => end.kind === "clientClosed"));
  const { response } = await stage.client.complete(ask("tokens"));
  expect(response?.completed?.attempts).toHaveLength(1);
  expect(response?.completed?.skips).toEqual([]);
});

test("the gateway is well after all that", () => expectWell(stage));
