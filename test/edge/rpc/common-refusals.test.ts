import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { ErrorInfoSchema, RequestInfoSchema } from "../../../gen/ts/google/rpc/error_details_pb.ts";

import { CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { startEdge } from "../start-edge.ts";

/** The answer of a full server is made once for each form. */
test("a full server tells every client in its own form, again and again, and names each request in a header", async () => {
  const { url } = await startEdge({ limits: { maxConcurrentCalls: 0 } });
  const connect = createConnectTransport({ baseUrl: url, httpVersion: "1.1" });
  const web = createGrpcWebTransport({ baseUrl: url, httpVersion: "1.1" });
  const grpc = createGrpcTransport({ baseUrl: url });
  const asks = [
    ...[connect, web, grpc].map((each) => () => createClient(CompletionService, each).complete({})),
    ...[web, grpc].map((each) => () => readAll(createClient(CompletionService, each).streamComplete({}))),
  ];
  const ids = new Set<string | null>();
  for (const ask of [...asks, ...asks]) {
    const told = await refusalOf(ask());
    expect(told).toMatchObject({ code: 14, rawMessage: "the server runs 0 calls, its max_concurrent_calls" });
    expect(told.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "OVERLOADED" }]);
    expect(told.findDetails(RequestInfoSchema)).toEqual([]);
    ids.add(told.metadata.get("x-request-id"));
  }
  expect(ids.size).toBe(2 * asks.length);
  // Balancers repeat 503 elsewhere; the library's own client of Connect streams reads nothing but that of it.
  const stream = await refusalOf(readAll(createClient(CompletionService, connect).streamComplete({})));
  expect(stream).toMatchObject({ code: 14, rawMessage: "HTTP 503" });
});

async function refusalOf(asking: Promise<unknown>): Promise<ConnectError> {
  return asking.then(
    () => Promise.reject(new Error("the call was answered")),
    (error: unknown) => ConnectError.from(error),
  );
}

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
