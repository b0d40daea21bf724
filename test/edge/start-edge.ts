/** Serves fake services on a free port until the end of the test. */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, onTestFinished } from "vitest";

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
import { joinObservers } from "../../src/call/call-observer.ts";
import type { CallRecord } from "../../src/call/call-record.ts";
import { CallRefused } from "../../src/call/refusal.ts";
import { SERVER_DEFAULTS } from "../../src/config/server-defaults.ts";
import { type CallerSettings, createCallers } from "../../src/edge/admission/callers.ts";
import { createEdge, type Edge, type EdgeOptions } from "../../src/edge/edge.ts";
import type { EdgeGeneration } from "../../src/edge/edge-generation.ts";
import { type EdgeLimits, makeEdgeLimits } from "../../src/edge/edge-limits.ts";
import type { CompletionHandlers, RouteHandlers } from "../../src/service/services.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createLogObserver } from "../../src/telemetry/log-observer.ts";

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

export interface FakeEdgeOptions extends Partial<Omit<EdgeOptions, "generation" | "observer">> {
  /** Replaces single defaults. */
  readonly limits?: Partial<EdgeLimits>;
  readonly callers?: readonly CallerSettings[];
  readonly corsOrigins?: readonly string[];
  readonly allowedHosts?: readonly string[];
  /** Gets the record of every call. */
  readonly records?: CallRecord[];
  readonly complete?: CompletionHandlers["complete"];
  readonly streamComplete?: Stream;
}

/** Starts an edge. By default `complete` and `streamComplete` say "Once upon a time." */
export async function startEdge(options: FakeEdgeOptions = {}): Promise<StartedEdge> {
  const lines: string[] = [];
  const { limits, callers = [], corsOrigins = [], allowedHosts = [], records = [], ...rest } = options;
  const { complete = saysAtOnce, streamComplete = says("Once ", "upon ", "a ", "time.") } = options;
  const log = createLog("debug", { write: (line) => void lines.push(line) });
  const generation: EdgeGeneration = {
    ...makeEdgeGeneration({ complete, streamComplete }, limits),
    callers: createCallers(callers),
    corsOrigins,
    allowedHosts,
  };
  const observers = [createLogObserver(log), { callEnded: (record: CallRecord) => void records.push(record) }];
  const faults: unknown[] = [];
  const observer = joinObservers(observers, (error) => faults.push(error));
  const edge = createEdge({ log, ...rest, observer, generation: () => generation });
  const { port } = await edge.listen("127.0.0.1", 0);
  onTestFinished(async () => {
    await edge.close();
    expect(faults).toEqual([]);
  });
  const scheme = options.tls ? "https" : "http";
  const address = `127.0.0.1:${port}`;
  return { edge, port, address, url: `${scheme}://${address}`, log: () => lines.join("") };
}

/** A configuration with these services, without callers and origins. */
export function makeEdgeGeneration(completion: CompletionHandlers, limits: Partial<EdgeLimits> = {}): EdgeGeneration {
  return {
    services: {
      completion,
      routes: fakeRoutes,
      comparison: { compareRoutes: refuses },
      admin: { reloadConfiguration: refuses },
    },
    limits: { ...makeEdgeLimits({ ...SERVER_DEFAULTS, maxBufferedBytes: 256 * 1024 * 1024 }), ...limits },
    callers: createCallers([]),
    corsOrigins: [],
    allowedHosts: [],
    enter: () => () => {},
  };
}

/** Routes of a server with one workload. */
const fakeRoutes: RouteHandlers = {
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
  explainRequest: refuses,
};

function refuses(): never {
  throw new CallRefused({ reason: ErrorReason.NOT_CARRIED, message: "this server does not carry that" });
}

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
