/** The ways in which a completion can be asked for: every door, protocol and version of HTTP. */

import { create, toBinary } from "@bufbuild/protobuf";
import { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { HttpVersion, RawRequest } from "./send-raw.ts";

export interface Way {
  readonly way: string;
  readonly version: HttpVersion;
  /** What the record says. */
  readonly door: string;
  readonly method: string;
  /** Whether the answer comes in events. */
  readonly streams: boolean;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A good request for the workload `summaries`. */
  readonly body: Buffer;
  /** One that cannot be read. */
  readonly badBody: Buffer;
  /** Asks for an answer within 50 ms; undefined where the server leaves that to its engine. */
  readonly deadline: Readonly<Record<string, string>> | undefined;
}

const BINARY = Buffer.from(
  toBinary(CompleteRequestSchema, create(CompleteRequestSchema, { workload: "summaries", labels: { team: "search" } })),
);
const JSON_TEXT = Buffer.from('{"workload":"summaries","labels":{"team":"search"}}');

/** A message behind its flags and its length. */
function inEnvelope(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

type Form = Omit<Way, "way" | "version">;

function rpc(door: string, contentType: string, method: string, message: Buffer, deadline: Form["deadline"]): Form {
  const enveloped = contentType !== "application/json";
  const wrap = enveloped ? inEnvelope : (plain: Buffer): Buffer => plain;
  return {
    door,
    method,
    streams: method === "StreamComplete",
    path: `/understudy.v1.CompletionService/${method}`,
    headers: { "content-type": contentType, te: "trailers" },
    body: wrap(message),
    badBody: wrap(Buffer.from([0xff, 0xff, 0x7b])),
    deadline,
  };
}

function openai(streams: boolean): Form {
  const chat = { model: "summaries", user: "search", stream: streams, messages: [{ role: "user", content: "Hi" }] };
  return {
    door: "openai",
    method: "chat.completions",
    streams,
    path: "/v1/chat/completions",
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(chat)),
    badBody: Buffer.from('{"model":'),
    deadline: undefined,
  };
}

const GRPC = { "grpc-timeout": "50m" };
const CONNECT = { "connect-timeout-ms": "50" };

const FORMS: readonly (readonly [name: string, form: Form, versions: readonly HttpVersion[]])[] = [
  ["gRPC, stream", rpc("grpc", "application/grpc", "StreamComplete", BINARY, GRPC), ["HTTP/2"]],
  ["gRPC, unary", rpc("grpc", "application/grpc", "Complete", BINARY, GRPC), ["HTTP/2"]],
  ["gRPC-Web, stream", rpc("grpc-web", "application/grpc-web+proto", "StreamComplete", BINARY, GRPC), both()],
  ["gRPC-Web, unary", rpc("grpc-web", "application/grpc-web+proto", "Complete", BINARY, GRPC), both()],
  ["Connect, stream", rpc("connect", "application/connect+json", "StreamComplete", JSON_TEXT, CONNECT), both()],
  ["Connect, unary", rpc("connect", "application/json", "Complete", JSON_TEXT, CONNECT), both()],
  ["OpenAI, stream", openai(true), both()],
  ["OpenAI, whole", openai(false), both()],
];

function both(): readonly HttpVersion[] {
  return ["HTTP/1.1", "HTTP/2"];
}

export const WAYS: readonly Way[] = FORMS.flatMap(([name, form, versions]) =>
  versions.map((version) => ({ ...form, version, way: `${name} over ${version}` })),
);

/** The request of a way; `others` replace parts of it. */
export function requestOf({ path, headers, body }: Way, others: Partial<RawRequest> = {}): RawRequest {
  const { headers: more = {}, ...rest } = others;
  const fields = Object.entries({ ...headers, authorization: "Bearer key-of-the-intern", ...more });
  const kept = Object.fromEntries(fields.filter(([, value]) => value !== ""));
  return { method: "POST", path, body, unfinished: false, ...rest, headers: kept };
}
