import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";

import { ErrorInfoSchema } from "../../../gen/ts/google/rpc/error_details_pb.ts";
import { ComparisonService } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { CompletionService, type StreamCompleteResponse } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { RouteService } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { CallRefused } from "../../../src/call/refusal.ts";
import { call, createGrpcClient } from "../grpc-client.ts";
import { fails, makeText, startEdge } from "../start-edge.ts";

const transports = [
  ["gRPC", (baseUrl: string) => createGrpcTransport({ baseUrl })],
  ["gRPC-Web over HTTP/1.1", (baseUrl: string) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })],
  ["gRPC-Web over HTTP/2", (baseUrl: string) => createGrpcWebTransport({ baseUrl, httpVersion: "2" })],
  ["Connect over HTTP/1.1", (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "1.1" })],
  ["Connect over HTTP/2", (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "2" })],
  [
    "Connect in binary form",
    (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }),
  ],
] as const;

export function textOf(events: readonly StreamCompleteResponse[]): string {
  return events.map(({ event }) => (event.case === "textDelta" ? event.value.text : "")).join("");
}

async function collect<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

test.each(transports)("%s gets a stream, an answer and a refusal with details on the same port", async (_, connect) => {
  const { url } = await startEdge({
    complete: () => {
      throw new CallRefused({ reason: ErrorReason.WORKLOAD_NOT_FOUND, message: "there is no workload x" });
    },
  });
  const transport = connect(url);
  const completions = createClient(CompletionService, transport);

  const events = await collect(completions.streamComplete({ workload: "summaries" }));
  expect(textOf(events)).toBe("Once upon a time.");
  expect(events.at(-1)?.event.case).toBe("completed");

  const listed = await createClient(RouteService, transport).listWorkloads({});
  expect(listed.workloads[0]?.name).toBe("summaries");

  const refused: unknown = await completions.complete({ workload: "x" }).catch((error: unknown) => error);
  const error = ConnectError.from(refused);
  expect(error.rawMessage).toBe("there is no workload x");
  expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "WORKLOAD_NOT_FOUND", domain: "understudy" }]);
});

test.each(transports)("%s learns by its status that a method is not carried", async (_, connect) => {
  const { url } = await startEdge();
  const transport = connect(url);
  const compared = collect(createClient(ComparisonService, transport).compareRoutes({}));
  await expect(compared).rejects.toThrow(/\[unimplemented\] this server does not carry that/);
  const explained = createClient(RouteService, transport).explainRequest({});
  await expect(explained).rejects.toThrow("[unimplemented] this server does not carry that");
});

test("grpc-js gets every event and reads a message with punctuation as it was written", async () => {
  const message = "every route was tried: a/b at 100%, c? — none";
  const { address } = await startEdge();
  const answer = await call(createGrpcClient(address), CompletionService.method.streamComplete, {});
  expect(textOf(answer.messages)).toBe("Once upon a time.");
  expect(answer.error).toBeUndefined();

  const failing = await startEdge({
    streamComplete: fails(new CallRefused({ reason: ErrorReason.AT_CAPACITY, message })),
  });
  const { error } = await call(createGrpcClient(failing.address), CompletionService.method.streamComplete, {});
  expect(error?.details).toBe(message);
});

test("a fault of the gateway says nothing but the request id, to the client and to the log", async () => {
  const { address, log } = await startEdge({ streamComplete: fails(new Error("the prompt was: my secret")) });
  const { error, trailers } = await call(createGrpcClient(address), CompletionService.method.streamComplete, {});
  expect(error?.code).toBe(13);
  expect(JSON.stringify([error?.details, trailers?.toJSON()])).not.toContain("secret");
  expect(log()).toContain('"call failed by a fault"');
  expect(log()).not.toContain("secret");
});

test("a service that answers after the deadline ends with DEADLINE_EXCEEDED", async () => {
  const { url } = await startEdge({
    streamComplete: async function* (_request, { signal, timeoutMs }) {
      expect(timeoutMs).toBeGreaterThan(0);
      yield makeText(1n, "too ");
      await new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
      });
      throw new Error("gave up");
    },
  });
  // curl does not stop at the deadline, so that the server's own end is seen.
  const body = Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.from("{}")]);
  const response = await fetch(`${url}/understudy.v1.CompletionService/StreamComplete`, {
    method: "POST",
    headers: { "content-type": "application/connect+json", "connect-timeout-ms": "50" },
    body,
  });
  expect(await response.text()).toMatch(/deadline_exceeded.*not answered within its deadline/);
});
