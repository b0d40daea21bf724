/** The door of gRPC, gRPC-Web and Connect. */

import { AsyncLocalStorage } from "node:async_hooks";
import { type ConnectRouter, cors, createConnectRouter, createContextValues } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerRequest } from "@connectrpc/connect/protocol";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { MAX_REQUEST_BYTES } from "../../config/server-defaults.ts";
import { describeFault } from "../../telemetry/describe-fault.ts";
import type { Log } from "../../telemetry/log.ts";
import { clampGrpcTimeout, clampTimeoutMs } from "../admission/deadline.ts";
import { STRANGER_LIMITS } from "../admission/strangers.ts";
import type { UnfinishedRequests } from "../admission/unfinished-requests.ts";
import type { Door, Entrance } from "../door/door.ts";
import { answerText } from "../port/answer-text.ts";
import { abandon, type Exchange, wasCutShort } from "../port/exchange.ts";
import { createBoundedGzip } from "./bounded-gzip.ts";
import { clarifyAnswer } from "./clarify-answer.ts";
import { createJsonDecoder } from "./json-decoder.ts";
import { readRpcRequest } from "./read-rpc-request.ts";
import { type RequestBody, type RpcCall, rpcCallKey } from "./rpc-call.ts";
import { rpcFormOf } from "./rpc-form.ts";
import { writeAnswer } from "./write-answer.ts";
import { writeRefusal } from "./write-refusal.ts";

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

/** The deadlines among them, which the library turns into timers as they are. */
const CLAMPS: Readonly<Record<string, (value: string) => string>> = {
  "grpc-timeout": clampGrpcTimeout,
  "connect-timeout-ms": clampTimeoutMs,
};

/** Where clients of these protocols look for statuses, which pages may read. */
const EXPOSED_HEADERS = [...cors.exposedHeaders, "grpc-retry-pushback-ms"];

export interface RpcDoorOptions {
  readonly unfinished: UnfinishedRequests;
  readonly log: Log;
  /** Adds the services whose calls need a place. */
  readonly registerGated: (router: ConnectRouter) => void;
  /** Adds the services that answer everybody at any time: health and reflection. */
  readonly registerOpen: (router: ConnectRouter) => void;
  /** Paths of methods of the open services whose answers go on for as long as the client listens. */
  readonly watches: ReadonlySet<string>;
  /** Ends the streams of the open services when the server stops. */
  readonly idleEnd: AbortSignal;
}

/** Creates the door. Paths that are no method are for another door. */
export function createRpcDoor(options: RpcDoorOptions): Door {
  const reading = new AsyncLocalStorage<RpcCall>();
  const { open, gated } = createRouters(options, reading);
  const run = createRun(options, reading);
  const entrances = new Map<string, Entrance>();
  for (const handler of open.handlers) {
    const path = handler.requestPath;
    entrances.set(path, {
      kind: "open",
      watches: options.watches.has(path),
      answer: (exchange, held) => run(handler, { exchange, held, trail: undefined, caller: undefined }),
      refuse: writeRefusal,
    });
  }
  for (const handler of gated.handlers) {
    const method = handler.method.name;
    entrances.set(handler.requestPath, {
      kind: "gated",
      describe: (requestId, contentType) => ({ requestId, door: doorOf(contentType), method }),
      answer: (call) => run(handler, call),
      refuse: writeRefusal,
    });
  }
  return { exposedHeaders: EXPOSED_HEADERS, find: (path) => entrances.get(path) };
}

/** The door's name in records. */
function doorOf(contentType: string | undefined): string {
  const form = rpcFormOf(contentType);
  return form === "grpc" || form === "grpc-web" ? form : "connect";
}

type Run = (handler: UniversalHandler, call: Pick<RpcCall, "exchange" | "held" | "trail" | "caller">) => void;

function createRun({ log, unfinished }: RpcDoorOptions, reading: AsyncLocalStorage<RpcCall>): Run {
  const answer = async (handler: UniversalHandler, call: RpcCall): Promise<void> => {
    const { exchange } = call;
    const response = await reading.run(call, () => handler(makeUniversalRequest(call, unfinished)));
    if (response.body === undefined && response.status !== 200) {
      return refuseForm(call, response.status, response.header);
    }
    await writeAnswer(response, exchange, {
      clientStallTimeoutMs: exchange.generation.limits.clientStallTimeoutMs,
      clarify: (head) => clarifyAnswer(head, call),
    });
  };
  return (handler, { exchange, held, trail, caller }) => {
    const { requestId } = exchange;
    const body: RequestBody = { kind: "arriving" };
    const call: RpcCall = {
      exchange,
      requestId,
      input: handler.method.input,
      held,
      decodedBytes: 0,
      trail,
      caller,
      body,
    };
    answer(handler, call).catch((error: unknown) => {
      trail?.faulted(error);
      log.debug({ requestId, ...describeFault(error) }, "answer broke off");
      abandon(exchange);
    });
  };
}

function createRouters(options: RpcDoorOptions, reading: AsyncLocalStorage<RpcCall>) {
  // The decoder is not among the options that the library declares for a router, but it hands them on as they are.
  const jsonOptions = {
    ignoreUnknownFields: false,
    alwaysEmitImplicit: false,
    textDecoder: createJsonDecoder(reading),
  };
  const common = {
    // Nothing looks at them, and a kilobyte of them would take a hundred.
    binaryOptions: { readUnknownFields: false },
    // Answers are not compressed: a delta is far below what compression pays for.
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    jsonOptions,
  };
  const open = createConnectRouter({
    ...common,
    acceptCompression: [],
    readMaxBytes: STRANGER_LIMITS.maxMessageBytes,
    shutdownSignal: options.idleEnd,
  });
  options.registerOpen(open);
  const gated = createConnectRouter({
    ...common,
    acceptCompression: [createBoundedGzip(reading)],
    // The limit in force is that of the call's generation: the reader and the gzip keep it.
    readMaxBytes: MAX_REQUEST_BYTES,
  });
  options.registerGated(gated);
  return { open, gated };
}

function makeUniversalRequest(call: RpcCall, unfinished: UnfinishedRequests): UniversalServerRequest {
  const { exchange } = call;
  const { request } = exchange;
  const header = new Headers();
  for (const name of PROTOCOL_HEADERS) {
    const value = request.headers[name];
    if (typeof value === "string") header.set(name, CLAMPS[name]?.(value) ?? value);
  }
  return {
    httpVersion: request.httpVersion,
    method: request.method ?? "",
    url: `http://understudy${exchange.path}`,
    header,
    body: readRpcRequest(call, unfinished),
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
