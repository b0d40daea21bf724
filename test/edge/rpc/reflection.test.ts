import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { credentials } from "@grpc/grpc-js";
import { GrpcReflection } from "grpc-js-reflection-client";
import { expect, test } from "vitest";

import { ServerReflection } from "../../../gen/ts/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as AlphaServerReflection } from "../../../gen/ts/grpc/reflection/v1alpha/reflection_pb.ts";
import { startEdge } from "../start-edge.ts";

type Question = { case: "listServices" | "fileContainingSymbol" | "fileByFilename"; value: string };

async function* asking(question: Question) {
  yield { messageRequest: question };
}

async function onlyOf<T>(messages: AsyncIterable<T>): Promise<T> {
  for await (const message of messages) return message;
  throw new Error("no answer");
}

const versions = [
  [
    "v1",
    async (url: string, question: Question) => {
      const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: url }));
      return (await onlyOf(client.serverReflectionInfo(asking(question)))).messageResponse;
    },
  ],
  [
    "v1alpha",
    async (url: string, question: Question) => {
      const client = createClient(AlphaServerReflection, createGrpcTransport({ baseUrl: url }));
      return (await onlyOf(client.serverReflectionInfo(asking(question)))).messageResponse;
    },
  ],
] as const;

test.each(versions)("%s lists the services", async (_, ask) => {
  const { url } = await startEdge();
  const { value } = await ask(url, { case: "listServices", value: "" });
  expect(value).toMatchObject({
    service: [
      { name: "understudy.v1.CompletionService" },
      { name: "understudy.v1.RouteService" },
      { name: "understudy.v1.ComparisonService" },
      { name: "understudy.v1.AdminService" },
      { name: "grpc.health.v1.Health" },
      { name: "grpc.reflection.v1.ServerReflection" },
      { name: "grpc.reflection.v1alpha.ServerReflection" },
    ],
  });
});

const symbols = [
  "understudy.v1.CompletionService",
  "understudy.v1.CompletionService.StreamComplete",
  "understudy.v1.FailoverReport",
  "understudy.v1.Attempt.message",
  "google.rpc.ErrorInfo",
  "google.rpc.RetryInfo",
  "google.protobuf.Any",
  "google.protobuf.Struct",
  "grpc.health.v1.Health",
];

test.each(versions.flatMap((version) => symbols.map((symbol) => [version[0], version[1], symbol] as const)))(
  "%s knows a symbol: %3$s",
  async (_, ask, symbol) => {
    const { url } = await startEdge();
    const answer = await ask(url, { case: "fileContainingSymbol", value: symbol });
    expect(answer.case).toBe("fileDescriptorResponse");
  },
);

test.each(versions)("%s says what it does not know", async (_, ask) => {
  const { url } = await startEdge();
  for (const kind of ["fileContainingSymbol", "fileByFilename"] as const) {
    const answer = await ask(url, { case: kind, value: "no.Such" });
    expect(answer).toMatchObject({ case: "errorResponse", value: { errorCode: 5 } });
  }
});

test("a client that knows nothing builds a call from it", async () => {
  const { address } = await startEdge();
  const client = new GrpcReflection(address, credentials.createInsecure());
  expect(await client.listServices()).toContain("understudy.v1.CompletionService");
  const descriptor = await client.getDescriptorBySymbol("understudy.v1.CompletionService");
  expect(JSON.stringify(descriptor.getProtobufJsRoot().toJSON())).toContain("StreamComplete");
});
