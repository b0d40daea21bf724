/** The door of gRPC, gRPC-Web and Connect. */

import { AsyncLocalStorage } from "node:async_hooks";
import { type ConnectRouter, cors, createConnectRouter, createContextValues } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerRequest } from "@connectrpc/connect/protocol";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallObserver } from "../../call/call-observer.ts";
import { CallRefused } from "../../call/refusal.ts";
import { MAX_REQUEST_BYTES } from "../../config/server-defaults.ts";
import { describeFault } from "../../telemetry/describe-fault.ts";
import type { Log } from "../../telemetry/log.ts";
import type { CallGate } from "../admission/call-gate.ts";
import { followCall } from "../admission/call-trail.ts";
import { readRequest } from "../admission/request-body.ts";
import type { RequestMemory } from "../admission/request-memory.ts";
import type { Door } from "../door/door.ts";
import { answerText } from "../port/answer-text.ts";
import { abandon, type Exchange, wasCutShort } from "../port/exchange.ts";
import { createBoundedGzip } from "./bounded-gzip.ts";
import { clarifyAnswer } from "./clarify-answer.ts";
import { createJsonDecoder } from "./json-decoder.ts";
import { type RequestBody, type RpcCall, rpcCallKey, rpcCallOf } from "./rpc-call.ts";
import { makeRpcStatus } from "./rpc-status.ts";
import { writeAnswer } from "./write-answer.ts";

/** What the library needs to know of a request. Nothing else reaches it, keys least of all. */
const PROTOCOL_HEADERS = [
  "content-type",
  "content-encoding",
  "accept-encoding",
  "connect-protocol-version",
  "connect-timeout-ms",
  "connect-content-encoding",
  "connect-accept-encoding",
  "grpc-timeout",
  "grpc-encoding",
  "grpc-accept-encoding",
];

/** Where clients of these protocols look for statuses, which pages may read. */
const EXPOSED_HEADERS = [...cors.exposedHeaders, "grpc-retry-pushback-ms"];

export interface RpcDoorOptions {
  readonly gate: CallGate;
  readonly memory: RequestMemory;
  readonly log: Log;
  readonly observer: Required<CallObserver>;
  /** Adds the services that ask the gate first. */
  readonly registerGated: (router: ConnectRouter) => void;
  /** Adds the services that answer everybody at any time: health and reflection. */
  readonly registerOpen: (router: ConnectRouter) => void;
  /** Ends the streams of the open services when the server stops. */
  readonly idleEnd: AbortSignal;
}

/** Creates the door. Paths that are no method are for another door. */
export function createRpcDoor(options: RpcDoorOptions): Door {
  const { memory, log, observer } = options;
  const reading = new AsyncLocalStorage<RpcCall>();
  const handlers = createHandlers(options, reading);

  const run = async (handler: UniversalHandler, call: RpcCall): Promise<void> => {
    const { exchange } = call;
    const answer = await reading.run(call, () => handler(makeUniversalRequest(call)));
    if (answer.body === undefined && answer.status !== 200) return refuseForm(call, answer.status, answer.header);
    await writeAnswer(answer, exchange, {
      clientStallTimeoutMs: exchange.generation.limits.clientStallTimeoutMs,
      clarify: (head) => clarifyAnswer(head, call),
    });
  };

  return {
    exposedHeaders: EXPOSED_HEADERS,
    answer(exchange) {
      const found = handlers.get(exchange.path);
      if (found === undefined) return false;
      const { requestId, response } = exchange;
      const held = memory.open();
      const trail = found.gated ? followCall({ requestId, ...describeEntry(exchange) }, observer) : undefined;
      response.once("close", () => {
        held.release();
        trail?.closed(wasCutShort(response));
      });
      const body: RequestBody = { kind: "arriving" };
      const { input } = found.handler.method;
      run(found.handler, { exchange, requestId, input, held, body, trail, caller: undefined }).catch(
        (error: unknown) => {
          trail?.faulted(error);
          log.debug({ requestId, ...describeFault(error) }, "answer broke off");
          abandon(exchange);
        },
      );
      return true;
    },
  };
}

interface FoundHandler {
  readonly handler: UniversalHandler;
  /** Whether its calls ask the gate, and are recorded. */
  readonly gated: boolean;
}

function createHandlers(options: RpcDoorOptions, reading: AsyncLocalStorage<RpcCall>): Map<string, FoundHandler> {
  const { gate, idleEnd } = options;
  // The decoder is not among the options that the library declares for a router, but it hands them on as they are.
  const jsonOptions = {
    ignoreUnknownFields: false,
    alwaysEmitImplicit: false,
    textDecoder: createJsonDecoder(reading),
  };
  const common = {
    acceptCompression: [createBoundedGzip(reading)],
    // Answers are not compressed: a delta is far below what compression pays for.
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    // The limit in force is that of the call's generation: `readRequest` and the gzip keep it.
    readMaxBytes: MAX_REQUEST_BYTES,
    jsonOptions,
  };
  const open = createConnectRouter({ ...common, shutdownSignal: idleEnd });
  options.registerOpen(open);
  const gated = createConnectRouter({
    ...common,
    requestGate: (context) => {
      enterGate(gate, rpcCallOf(context));
    },
  });
  options.registerGated(gated);
  return new Map([...listHandlers(open, false), ...listHandlers(gated, true)]);
}

function listHandlers({ handlers }: ConnectRouter, gated: boolean): [string, FoundHandler][] {
  return handlers.map((handler) => [handler.requestPath, { handler, gated }]);
}

function enterGate(gate: CallGate, call: RpcCall): void {
  const { exchange, requestId, trail } = call;
  try {
    call.caller = gate.enter(exchange);
    trail?.admitted(call.caller);
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    trail?.refused(error.refusal);
    throw makeRpcStatus(error.refusal, requestId);
  }
}

/** The protocol and the method of a call. */
function describeEntry({ request, path }: Exchange): { door: string; method: string } {
  const contentType = request.headers["content-type"] ?? "";
  const method = path.slice(path.lastIndexOf("/") + 1);
  if (contentType.startsWith("application/grpc-web")) return { door: "grpc-web", method };
  return { door: contentType.startsWith("application/grpc") ? "grpc" : "connect", method };
}

function makeUniversalRequest(call: RpcCall): UniversalServerRequest {
  const { exchange } = call;
  const { request } = exchange;
  const header = new Headers();
  for (const name of PROTOCOL_HEADERS) {
    const value = request.headers[name];
    if (typeof value === "string") header.set(name, value);
  }
  return {
    httpVersion: request.httpVersion,
    method: request.method ?? "",
    url: `http://understudy${exchange.path}`,
    header,
    body: readRequest(exchange, exchange.generation.limits, call.held, (refusal) => {
      call.trail?.refused(refusal);
      return makeRpcStatus(refusal, call.requestId);
    }),
    signal: signalOfDeparture(exchange),
    contextValues: createContextValues().set(rpcCallKey, call),
  };
}

/** A signal that is aborted when the exchange is closed before its answer ended. */
function signalOfDeparture({ response }: Exchange): AbortSignal {
  const departure = new AbortController();
  response.once("close", () => {
    if (wasCutShort(response)) departure.abort();
  });
  return departure.signal;
}

/** Explains an answer of the library that has a status and nothing else. */
function refuseForm({ exchange, trail }: RpcCall, status: number, header: Headers | undefined): void {
  const texts: Record<number, string> = {
    405: `${exchange.path} takes POST.`,
    415:
      "The content type is not supported. Use application/json or application/proto for one answer, " +
      "application/grpc, application/grpc-web+proto or application/connect+json for a stream.",
    505: "This method needs HTTP/2.",
  };
  const text = texts[status] ?? "The request has a form that is not supported.";
  trail?.refused({ reason: ErrorReason.INVALID_REQUEST, message: text });
  header?.forEach((value, name) => exchange.response.setHeader(name, value));
  answerText(exchange, status, text);
}
