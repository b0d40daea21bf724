/** The door of gRPC, gRPC-Web and Connect. */

import { AsyncLocalStorage } from "node:async_hooks";
import { type ConnectRouter, cors, createConnectRouter, createContextValues } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerRequest } from "@connectrpc/connect/protocol";

import { CallRefused } from "../../call/refusal.ts";
import type { Log } from "../../telemetry/log.ts";
import { answerText } from "../admin/plain-door.ts";
import type { CallGate } from "../admission/call-gate.ts";
import { readRequest } from "../admission/request-body.ts";
import type { RequestMemory } from "../admission/request-memory.ts";
import type { Door } from "../door/door.ts";
import type { EdgeLimits } from "../edge-limits.ts";
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
  readonly limits: EdgeLimits;
  readonly gate: CallGate;
  readonly memory: RequestMemory;
  readonly log: Log;
  /** Adds the services that ask the gate first. */
  readonly registerGated: (router: ConnectRouter) => void;
  /** Adds the services that answer everybody at any time: health and reflection. */
  readonly registerOpen: (router: ConnectRouter) => void;
  /** Ends the streams of the open services when the server stops. */
  readonly idleEnd: AbortSignal;
}

/** Creates the door. Paths that are no method are for another door. */
export function createRpcDoor(options: RpcDoorOptions): Door {
  const { limits, memory, log } = options;
  const reading = new AsyncLocalStorage<RpcCall>();
  const handlers = createHandlers(options, reading);
  const { clientStallTimeoutMs } = limits;

  const run = async (handler: UniversalHandler, call: RpcCall): Promise<void> => {
    const { exchange } = call;
    const answer = await reading.run(call, () => handler(makeUniversalRequest(call, limits)));
    if (answer.body === undefined && answer.status !== 200) return refuseForm(exchange, answer.status, answer.header);
    await writeAnswer(answer, exchange, {
      clientStallTimeoutMs,
      clarify: (head) => clarifyAnswer(head, call),
    });
  };

  return {
    exposedHeaders: EXPOSED_HEADERS,
    answer(exchange) {
      const handler = handlers.get(exchange.path);
      if (handler === undefined) return false;
      const held = memory.open();
      exchange.response.once("close", () => held.release());
      const { requestId } = exchange;
      const body: RequestBody = { kind: "arriving" };
      const call: RpcCall = { exchange, requestId, input: handler.method.input, held, body, caller: undefined };
      run(handler, call).catch((error: unknown) => {
        log.debug({ requestId, fault: error instanceof Error ? error.name : typeof error }, "answer broke off");
        abandon(exchange);
      });
      return true;
    },
  };
}

function createHandlers(options: RpcDoorOptions, reading: AsyncLocalStorage<RpcCall>): Map<string, UniversalHandler> {
  const { limits, gate, idleEnd } = options;
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
    readMaxBytes: limits.maxRequestBytes,
    jsonOptions,
  };
  const open = createConnectRouter({ ...common, shutdownSignal: idleEnd });
  options.registerOpen(open);
  const gated = createConnectRouter({
    ...common,
    requestGate: (context) => {
      const call = rpcCallOf(context);
      call.caller = enterGate(gate, call);
    },
  });
  options.registerGated(gated);
  return new Map([...open.handlers, ...gated.handlers].map((handler) => [handler.requestPath, handler]));
}

function enterGate(gate: CallGate, { exchange, requestId }: RpcCall) {
  try {
    return gate.enter(exchange);
  } catch (error) {
    throw error instanceof CallRefused ? makeRpcStatus(error.refusal, requestId) : error;
  }
}

function makeUniversalRequest(call: RpcCall, limits: EdgeLimits): UniversalServerRequest {
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
    body: readRequest(exchange, limits, call.held, (refusal) => makeRpcStatus(refusal, call.requestId)),
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
function refuseForm(exchange: Exchange, status: number, header: Headers | undefined): void {
  const texts: Record<number, string> = {
    405: `${exchange.path} takes POST.`,
    415:
      "The content type is not supported. Use application/json or application/proto for one answer, " +
      "application/grpc, application/grpc-web+proto or application/connect+json for a stream.",
    505: "This method needs HTTP/2.",
  };
  header?.forEach((value, name) => exchange.response.setHeader(name, value));
  answerText(exchange, status, texts[status] ?? "The request has a form that is not supported.");
}
