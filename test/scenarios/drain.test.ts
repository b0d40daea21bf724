import { once } from "node:events";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { ErrorInfoSchema } from "../../gen/ts/google/rpc/error_details_pb.ts";
import { Health, HealthCheckResponse_ServingStatus } from "../../gen/ts/grpc/health/v1/health_pb.ts";
import { FailoverReportSchema } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { createConnectClient, createGrpcWebClient } from "./clients/connect.ts";
import { createCurlClient } from "./clients/curl.ts";
import { createGrpcJsClient } from "./clients/grpc-js.ts";
import type { Told } from "./clients/scenario-client.ts";
import { expectStream } from "./expect-told.ts";
import { ask, type Stage, startStage } from "./stage.ts";

/** A drain that nobody waits for, in milliseconds. */
const DRAIN_MS = 60_000;

/** A stage whose workload `paced` takes seconds to answer, with these limits of the server. */
async function startPaced(rate: number, server: object): Promise<Stage & AsyncDisposable> {
  const paced = { name: "paced", routes: [{ dialect: "openai-chat", faults: `rate=${rate}` } as const] };
  const stage = await startStage(createGrpcJsClient, [paced], { server });
  return { ...stage, [Symbol.asyncDispose]: () => stage.close() };
}

/** Starts the paced answer, and resolves with its end to come when the first text is there. */
async function startAnswer({ client }: Stage): Promise<{ readonly told: Promise<Told> }> {
  const gotText = Promise.withResolvers<void>();
  const told = client.stream(ask("paced"), { onEvent: ({ event }) => event.case === "textDelta" && gotText.resolve() });
  await gotText.promise;
  return { told };
}

/** Sends the signal, and resolves with the states that a watcher of health has seen when the second one comes. */
async function drain({ gateway }: Stage): Promise<HealthCheckResponse_ServingStatus[]> {
  const transport = createConnectTransport({ baseUrl: gateway.url, httpVersion: "1.1" });
  const stop = new AbortController();
  const states: HealthCheckResponse_ServingStatus[] = [];
  const watch = async (): Promise<void> => {
    for await (const { status } of createClient(Health, transport).watch({}, { signal: stop.signal })) {
      states.push(status);
      if (states.length === 1) gateway.child.kill("SIGTERM");
      else stop.abort();
    }
  };
  await watch().catch(() => {}); // ends with the abort
  return states;
}

test.concurrent("a drain lets the running answer finish, refuses new calls, and ends with code 0", async () => {
  await using stage = await startPaced(300, { lame_duck: "0s", drain_timeout: "20s" });
  const { told } = await startAnswer(stage);
  const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;
  expect(await drain(stage)).toEqual([SERVING, NOT_SERVING]);

  for (const create of [createGrpcJsClient, createConnectClient, createGrpcWebClient, createCurlClient]) {
    const client = create(stage.gateway.url);
    const { error } = await client.complete(ask("paced"));
    client.close();
    expect(error?.code).toBe(14);
    expect(error?.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "DRAINING" }]);
  }
  const onSameConnection = await stage.client.stream(ask("paced"));
  expect(onSameConnection.error?.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "DRAINING" }]);
  const checked = await createClient(
    Health,
    createConnectTransport({ baseUrl: stage.gateway.url, httpVersion: "1.1" }),
  ).check({});
  expect(checked.status).toBe(NOT_SERVING);

  expectStream(await told, { attempts: ["primary COMPLETED 200 delivers"] });
  expect((await stage.gateway.ended).code).toBe(0);
  expect(stage.simulator.requests).toHaveLength(1);
});

test.concurrent("a drain ends an answer that is not done by the drain timeout, and closes its upstream", async () => {
  await using stage = await startPaced(20, { drain_timeout: "400ms" });
  const { told } = await startAnswer(stage);
  const signalledAtMs = performance.now();
  stage.gateway.child.kill("SIGTERM");
  const { error } = await told;
  expect(error?.code).toBe(10);
  expect(error?.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "ANSWER_INTERRUPTED" }]);
  expect(error?.findDetails(FailoverReportSchema)).toMatchObject([{ attempts: [{}], resumable: true }]);
  expect((await stage.gateway.ended).code).toBe(0);
  expect(performance.now() - signalledAtMs).toBeGreaterThan(390);
  // By default it would take two minutes.
  expect(performance.now() - signalledAtMs).toBeLessThan(60_000);
  await stage.simulator.until(({ openCount }) => openCount === 0);
});

test.concurrent.for(["SIGTERM", "SIGINT"] as const)("a second signal, %s, ends the process at once", async (signal) => {
  await using stage = await startPaced(20, { drain_timeout: `${DRAIN_MS}ms` });
  const { told } = await startAnswer(stage);
  await drain(stage);
  const signalledAtMs = performance.now();
  stage.gateway.child.kill(signal);
  expect((await told).error).toBeDefined();
  await stage.gateway.ended;
  expect(performance.now() - signalledAtMs).toBeLessThan(DRAIN_MS / 2);
  await stage.simulator.until(({ openCount }) => openCount === 0);
});

test.concurrent("an idle gateway ends at the first signal", async () => {
  await using stage = await startPaced(20, { drain_timeout: `${DRAIN_MS}ms` });
  const signalledAtMs = performance.now();
  stage.gateway.child.kill("SIGTERM");
  await once(stage.gateway.child, "exit");
  expect(stage.gateway.child.exitCode).toBe(0);
  expect(performance.now() - signalledAtMs).toBeLessThan(DRAIN_MS / 2);
});
