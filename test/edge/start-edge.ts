/** Serves fake services on a free port until the end of the test. */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { onTestFinished } from "vitest";

import {
  type CompleteRequest,
  CompleteResponseSchema,
  type StreamCompleteResponse,
  StreamCompleteResponseSchema,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import {
  IsolateRouteResponseSchema,
  ListRoutesResponseSchema,
  ListWorkloadsResponseSchema,
  RestoreRouteResponseSchema,
  WatchRoutesResponseSchema,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { CallContext } from "../../src/call/call-context.ts";
import { CallRefused } from "../../src/call/refusal.ts";
import { createEdge, type Edge, type EdgeOptions } from "../../src/edge/edge.ts";
import type { CompletionHandlers } from "../../src/service/services.ts";
import { createLog } from "../../src/telemetry/log.ts";

export interface StartedEdge {
  readonly edge: Edge;
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  readonly url: string;
  /** The log so far. */
  readonly log: () => string;
}

type Stream = CompletionHandlers["streamComplete"];

export interface FakeEdgeOptions extends Partial<Omit<EdgeOptions, "services">> {
  readonly complete?: CompletionHandlers["complete"];
  readonly streamComplete?: Stream;
}

/** Starts an edge. By default `complete` and `streamComplete` say "Once upon a time." */
export async function startEdge(options: FakeEdgeOptions = {}): Promise<StartedEdge> {
  const lines: string[] = [];
  const { complete = saysAtOnce, streamComplete = says("Once ", "upon ", "a ", "time."), ...rest } = options;
  const edge = createEdge({
    log: createLog("debug", { write: (line) => void lines.push(line) }),
    ...rest,
    services: { completion: { complete, streamComplete }, routes: fakeRoutes },
  });
  const { port } = await edge.listen("127.0.0.1", 0);
  onTestFinished(() => edge.close());
  const scheme = options.tls ? "https" : "http";
  const address = `127.0.0.1:${port}`;
  return { edge, port, address, url: `${scheme}://${address}`, log: () => lines.join("") };
}

/** Routes of a server with one workload. */
export const fakeRoutes: EdgeOptions["services"]["routes"] = {
  kindOf(name) {
    if (name === "summaries") return "workload";
    return name.includes("/") ? "route" : undefined;
  },
  modelOf: (route) => route.slice(route.indexOf("/") + 1),
  listWorkloads: () => create(ListWorkloadsResponseSchema, { workloads: [{ name: "summaries" }] }),
  listRoutes: () => create(ListRoutesResponseSchema),
  async *watchRoutes(_request, { signal }) {
    yield create(WatchRoutesResponseSchema, { routes: [{ name: "primary" }] });
    await aborted(signal);
  },
  isolateRoute: () => create(IsolateRouteResponseSchema),
  restoreRoute: () => create(RestoreRouteResponseSchema),
  explainRequest: () => {
    throw new CallRefused({ reason: ErrorReason.NOT_CARRIED, message: "this server does not explain requests yet" });
  },
};

async function saysAtOnce(_request: CompleteRequest, { requestId }: CallContext) {
  return create(CompleteResponseSchema, {
    requestId,
    parts: [{ kind: { case: "text", value: "Once upon a time." } }],
  });
}

/** A stream of these texts, with its proper beginning and end. */
export function says(...texts: string[]): Stream {
  return async function* (_request, { requestId }) {
    let sequence = 1n;
    yield makeEvent(sequence, { case: "started", value: { requestId } });
    for (const text of texts) yield makeText(++sequence, text);
    yield makeEvent(++sequence, { case: "completed", value: {} });
  };
}

/** A delta. */
export function makeText(sequence: bigint, text: string): StreamCompleteResponse {
  return makeEvent(sequence, { case: "textDelta", value: { text } });
}

type EventInit = NonNullable<MessageInitShape<typeof StreamCompleteResponseSchema>["event"]>;

function makeEvent(sequence: bigint, event: EventInit): StreamCompleteResponse {
  return create(StreamCompleteResponseSchema, { sequence, event });
}

/** A stream that fails before its first event. */
export function fails(error: unknown): Stream {
  return async function* () {
    yield* [];
    throw error;
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
