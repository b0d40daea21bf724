import { Metadata } from "@grpc/grpc-js";
import { expect, test } from "vitest";

import { Health } from "../../../gen/ts/grpc/health/v1/health_pb.ts";
import { CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { call, createGrpcClient, startCall } from "../grpc-client.ts";
import { curlJson, runCurl } from "../run-curl.ts";
import { aborted, makeText, startEdge } from "../start-edge.ts";

const scope = { workloads: new Set(["nightly"]), routes: new Set(["claude"]), routePrefixes: [] };
const callers = [
  { name: "app", apiKey: "key-of-app", scope: undefined, maxConcurrency: undefined },
  { name: "batch", apiKey: "key-of-batch", scope, maxConcurrency: 1 },
];

test.each([
  ["no key", [], 401, /send it as `authorization: Bearer KEY`/],
  ["a wrong key", ["-H", "authorization: Bearer nobody"], 401, /not one of a configured caller/],
  ["another scheme", ["-H", "authorization: Basic key-of-app"], 401, /send it as/],
  ["a bearer key", ["-H", "authorization: bearer key-of-app"], 200, /Once upon a time/],
  ["an x-api-key", ["-H", "x-api-key: key-of-batch"], 200, /Once upon a time/],
])("a call with %s", async (_, headers, status, words) => {
  const { url, log } = await startEdge({ callers });
  const answer = await curlJson(url, "CompletionService/Complete", "{}", ...headers);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatch(words);
  if (status === 401) expect(answer.body).toContain("CALLER_UNKNOWN");
  expect(log() + answer.text).not.toMatch(/key-of|nobody/);
});

test("the service learns who calls", async () => {
  const seen: unknown[] = [];
  const { address } = await startEdge({
    callers,
    streamComplete: async function* (_request, { caller, timeoutMs, requestId }) {
      seen.push(caller, timeoutMs, requestId);
      yield makeText(1n, "Once");
    },
    makeRequestId: () => "call-1",
  });
  const metadata = new Metadata();
  metadata.set("x-api-key", "key-of-batch");
  await call(createGrpcClient(address), CompletionService.method.streamComplete, {}, metadata);
  expect(seen).toEqual([{ name: "batch", scope }, undefined, "call-1"]);
});

test("health and the welcome need no key", async () => {
  const { address, url } = await startEdge({ callers });
  expect((await call(createGrpcClient(address), Health.method.check, {})).error).toBeUndefined();
  expect((await runCurl([`${url}/`])).status).toBe(200);
});

/** Waits for the end of its call. */
async function* holdsOn(_request: unknown, { signal }: { signal: AbortSignal }) {
  yield makeText(1n, "Once ");
  await aborted(signal);
}

test.each([
  ["a caller over its max_concurrency", { callers }, 8, /caller batch has 1 calls running/, "CALLER_LIMIT"],
  ["a call over max_concurrent_calls", { limits: { maxConcurrentCalls: 1 } }, 14, /runs 1 calls/, "OVERLOADED"],
])("%s is refused until a place is free", async (_, options, code, message, reason) => {
  const { address, edge } = await startEdge({ ...options, streamComplete: holdsOn });
  const client = createGrpcClient(address);
  const metadata = new Metadata();
  metadata.set("authorization", "Bearer key-of-batch");
  const first = startCall(client, CompletionService.method.streamComplete, {}, metadata);
  first.on("error", () => {});
  await new Promise((resolve) => {
    first.once("data", resolve);
  });
  const refused = await call(client, CompletionService.method.complete, {}, metadata);
  expect(refused.error?.code).toBe(code);
  expect(refused.error?.details).toMatch(message);
  expect(String(refused.trailers?.get("grpc-status-details-bin")[0])).toContain(reason);
  expect((await call(client, Health.method.check, {})).error).toBeUndefined();

  first.cancel();
  await expect.poll(() => edge.callCount).toBe(0);
  expect((await call(client, CompletionService.method.complete, {}, metadata)).error).toBeUndefined();
});
