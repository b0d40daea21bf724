/** Calls over gRPC with @grpc/grpc-js. */

import { create, type DescMethod, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { Client, credentials, Metadata, type StatusObject } from "@grpc/grpc-js";
import { CompleteRequestSchema, CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { CallOptions, CreateClient, Request, ScenarioClient, TimedEvent } from "./scenario-client.ts";

const { complete, streamComplete } = CompletionService.method;

/** Creates a client on one connection. */
export const createGrpcJsClient: CreateClient = (url): ScenarioClient => {
  const client = new Client(new URL(url).host, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  return {
    async stream(request, options = {}) {
      const events: TimedEvent[] = [];
      const end = await call(client, streamComplete, request, options, (message) => {
        events.push({ atMs: performance.now(), message });
        options.onEvent?.(message);
      });
      return { events, response: undefined, ...end };
    },
    async complete(request, options = {}) {
      const responses: MessageShape<typeof complete.output>[] = [];
      const end = await call(client, complete, request, options, (message) => responses.push(message));
      return { events: [], response: responses[0], ...end };
    },
    close: () => client.close(),
  };
};

/** Runs a call to its status; unary answers come as a stream of one. */
function call<M extends DescMethod>(
  client: Client,
  method: M,
  request: Request,
  { timeoutMs, signal }: CallOptions,
  onMessage: (message: MessageShape<M["output"]>) => void,
): Promise<{ error: ConnectError | undefined; tookMs: number }> {
  const startedAtMs = performance.now();
  const metadata = new Metadata();
  if (timeoutMs !== undefined) metadata.set("grpc-timeout", `${timeoutMs}m`);
  const stream = client.makeServerStreamRequest(
    `/${method.parent.typeName}/${method.name}`,
    (bytes: Buffer) => bytes,
    (bytes) => fromBinary<M["output"]>(method.output, bytes),
    Buffer.from(toBinary(CompleteRequestSchema, create(CompleteRequestSchema, request))),
    metadata,
  );
  signal?.addEventListener("abort", () => stream.cancel(), { once: true });
  stream.on("data", onMessage);
  stream.on("error", () => {}); // Comes as a status as well.
  return new Promise((resolve) => {
    stream.on("status", (status: StatusObject) => {
      const tookMs = performance.now() - startedAtMs;
      // Messages that were read before it are still on their way.
      setImmediate(() => resolve({ error: toError(status), tookMs }));
    });
  });
}

function toError({ code, details, metadata }: StatusObject): ConnectError | undefined {
  const trailers = new Headers();
  for (const [name, values] of Object.entries(metadata.toHttp2Headers())) trailers.append(name, String(values));
  trailers.set("grpc-status", String(code));
  trailers.set("grpc-message", encodeURIComponent(details));
  return findTrailerError(trailers);
}
