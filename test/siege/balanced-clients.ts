/** The clients that ask through a balancer. Each asks once and resolves with the whole text; a failure rejects. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Client as ConnectClient, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Client, credentials, Metadata } from "@grpc/grpc-js";

import {
  CompleteRequestSchema,
  CompletionService,
  StreamCompleteResponseSchema,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Balancer } from "./start-balancer.ts";
import { PROBE_KEY } from "./start-target.ts";

const serviceConfig = readFileSync(resolve(import.meta.dirname, "../../examples/retry-service-config.json"), "utf8");

const request = create(CompleteRequestSchema, { workload: "quick", messages: [{ role: Role.USER, text: "Go on" }] });
const authorization = `Bearer ${PROBE_KEY}`;
const headers = { authorization };

export interface BalancedClient {
  readonly name: string;
  readonly ask: () => Promise<string>;
}

/** Creates the clients. Only that of gRPC repeats calls, as its service config says. */
export function createClients({ http2Address, http1Address }: Balancer): readonly BalancedClient[] {
  const http1 = createClient(
    CompletionService,
    createConnectTransport({ baseUrl: `http://${http1Address}`, httpVersion: "1.1" }),
  );
  const http2 = createClient(
    CompletionService,
    createConnectTransport({ baseUrl: `http://${http2Address}`, httpVersion: "2" }),
  );
  const grpc = new Client(http2Address, credentials.createInsecure(), { "grpc.service_config": serviceConfig });
  return [
    { name: "gRPC stream", ask: () => askGrpc(grpc) },
    { name: "Connect stream", ask: () => askStream(http1) },
    { name: "Connect stream, HTTP/2", ask: () => askStream(http2) },
    { name: "Connect unary", ask: () => askWhole(http1) },
    { name: "OpenAI stream", ask: () => askOpenai(http1Address, true) },
    { name: "OpenAI unary", ask: () => askOpenai(http1Address, false) },
  ];
}

async function askGrpc(client: Client): Promise<string> {
  const metadata = new Metadata();
  metadata.set("authorization", authorization);
  const stream = client.makeServerStreamRequest(
    "/understudy.v1.CompletionService/StreamComplete",
    () => Buffer.from(toBinary(CompleteRequestSchema, request)),
    (bytes: Buffer) => fromBinary(StreamCompleteResponseSchema, bytes),
    request,
    metadata,
  );
  let text = "";
  for await (const { event } of stream) if (event.case === "textDelta") text += event.value.text;
  return text;
}

async function askStream(client: ConnectClient<typeof CompletionService>): Promise<string> {
  let text = "";
  for await (const { event } of client.streamComplete(request, { headers })) {
    if (event.case === "textDelta") text += event.value.text;
  }
  return text;
}

async function askWhole(client: ConnectClient<typeof CompletionService>): Promise<string> {
  const { parts } = await client.complete(request, { headers });
  return parts.map(({ kind }) => (kind.case === "text" ? kind.value : "")).join("");
}

interface Choice {
  readonly delta?: { readonly content?: string };
  readonly message?: { readonly content?: string };
}

async function askOpenai(address: string, stream: boolean): Promise<string> {
  const response = await fetch(`http://${address}/v1/chat/completions`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ model: "quick", stream, messages: [{ role: "user", content: "Go on" }] }),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${body.slice(0, 200)}`);
  if (!stream) return contentOf(body);
  const events = body.split("\n\n").filter((event) => event.startsWith("data: {"));
  if (!body.includes("data: [DONE]")) throw new Error("the stream has no end");
  return events.map((event) => contentOf(event.slice("data: ".length))).join("");
}

function contentOf(json: string): string {
  const { choices = [] }: { choices?: readonly Choice[] } = JSON.parse(json);
  return choices.map(({ delta, message }) => delta?.content ?? message?.content ?? "").join("");
}
