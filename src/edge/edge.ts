/** Everything that a caller can reach, on one port. */

import { randomUUID } from "node:crypto";

import type { CallObserver } from "../call/call-observer.ts";
import { isLoopback } from "../config/is-loopback.ts";
import type { TlsPair } from "../config/read-tls-files.ts";
import type { Log } from "../telemetry/log.ts";
import { sleep } from "../time/sleep.ts";
import { createPlainDoor } from "./admin/plain-door.ts";
import { type AdmissionQueue, CALL_QUEUE_LIMITS, createAdmissionQueue } from "./admission/admission-queue.ts";
import { type CallGate, createCallGate, drainingRefusal } from "./admission/call-gate.ts";
import { createRequestMemory } from "./admission/request-memory.ts";
import { createUnfinishedRequests, type UnfinishedRequests } from "./admission/unfinished-requests.ts";
import { createCors } from "./cors.ts";
import type { Door } from "./door/door.ts";
import { createEarlyRefusal } from "./early-refusal.ts";
import type { EdgeGeneration } from "./edge-generation.ts";
import { createOpenaiDoor } from "./openai/openai-door.ts";
import { answerText } from "./port/answer-text.ts";
import { connectionOf, type EdgeRequest, type EdgeResponse, type Exchange } from "./port/exchange.ts";
import { type Address, createPort, type Port } from "./port/port.ts";
import { createReception } from "./reception.ts";
import { apiServices, detailFiles, listedServices } from "./rpc/api-files.ts";
import { registerApi } from "./rpc/api-routes.ts";
import { createHealth, WATCH_PATH } from "./rpc/health.ts";
import { registerReflection } from "./rpc/reflection.ts";
import { createRpcDoor } from "./rpc/rpc-door.ts";

/** Time for the last statuses to go out when the drain timeout has passed, in milliseconds. */
const FAREWELL_MS = 500;

export interface EdgeOptions {
  /** The configuration in force. */
  readonly generation: () => EdgeGeneration;
  /** Default cleartext. */
  readonly tls?: TlsPair;
  readonly log: Log;
  /** Learns how every call ended. */
  readonly observer: Required<CallObserver>;
  /** Names a call. Default a random UUID. */
  readonly makeRequestId?: () => string;
}

/** How the edge stops. */
export interface DrainOptions {
  /** How long calls are served after the sign to stop, in milliseconds, so that balancers notice. */
  readonly lameDuckMs: number;
  /** Longest time for running answers to finish after that, in milliseconds. */
  readonly drainTimeoutMs: number;
}

export interface Edge {
  /** Starts to serve. Port 0 picks a free one. */
  listen(host: string, port: number): Promise<Address>;
  /**
   * Says that the server stops, and serves on for `lameDuckMs`. Then tells every connection to go elsewhere, and refuses
   * new calls until the running ones have ended or their time is up. Resolves when every connection is closed.
   */
  drain(options: DrainOptions): Promise<void>;
  /** Closes everything at once; also cuts a drain short. */
  close(): Promise<void>;
  /** Shows another certificate to connections that come from now on. For a port that speaks TLS. */
  renewCertificate(tls: TlsPair): void;
  /** Calls that run now. */
  readonly callCount: number;
}

/** Creates the edge. */
export function createEdge(options: EdgeOptions): Edge {
  const unfinished = createUnfinishedRequests();
  let host = "";
  const gate = createCallGate(unfinished, () => isLoopback(host));
  const health = createHealth(apiServices.map(({ typeName }) => typeName));
  // Streams that only watch end when connections close; answers may go on until the drain timeout.
  const idleEnd = new AbortController();
  const end = new AbortController();
  const closing = new AbortController();
  const parts = { gate, health, unfinished, idleEnd: idleEnd.signal, end: end.signal };
  const doors = createDoors(options.log, parts);
  const calls = createAdmissionQueue(CALL_QUEUE_LIMITS);
  const serve = createServe({ ...options, doors, calls, gate, unfinished }, ({ connection }) => port.keep(connection));
  const port: Port = createPort({
    limits: options.generation().limits,
    tls: options.tls,
    log: options.log,
    serve,
    onConnection: () => calls.arriving(),
    refuseEarly: createEarlyRefusal({
      doors,
      callers: () => options.generation().callers,
      turnsAway: (party) => calls.turnsAway(party),
      observer: options.observer,
      makeRequestId: options.makeRequestId ?? randomUUID,
    }),
  });
  let finished: Promise<void> | undefined;

  const endCalls = (): void => {
    idleEnd.abort(drainingRefusal());
    end.abort(drainingRefusal());
  };
  return {
    get callCount() {
      return gate.callCount;
    },
    async listen(wanted, number) {
      const address = await port.listen(wanted, number);
      ({ host } = address);
      return address;
    },
    renewCertificate: (tls) => port.renewCertificate(tls),
    async drain({ lameDuckMs, drainTimeoutMs }) {
      gate.enterState("lame-duck");
      health.stopServing();
      if (lameDuckMs > 0) await sleep(lameDuckMs, closing.signal);
      gate.enterState("draining");
      idleEnd.abort(drainingRefusal());
      port.leave();
      if (await endsWithin(gate.idle(), drainTimeoutMs, closing.signal)) {
        finished ??= port.finish();
        if (await endsWithin(finished, FAREWELL_MS, closing.signal)) return;
      }
      finished ??= port.finish();
      endCalls();
      if (!(await endsWithin(finished, FAREWELL_MS, closing.signal))) port.destroy();
      await finished;
    },
    async close() {
      gate.enterState("draining");
      closing.abort();
      endCalls();
      finished ??= port.finish();
      port.destroy();
      await finished;
    },
  };
}

interface Parts {
  readonly gate: CallGate;
  readonly unfinished: UnfinishedRequests;
  readonly health: ReturnType<typeof createHealth>;
  readonly idleEnd: AbortSignal;
  readonly end: AbortSignal;
}

/** The doors in the order in which they are asked. */
function createDoors(log: Log, { gate, health, unfinished, idleEnd, end }: Parts): readonly Door[] {
  const rpcDoor = createRpcDoor({
    unfinished,
    log,
    registerGated: (router) => registerApi(router, { idleEnd, end }),
    registerOpen: (router) => {
      health.register(router);
      registerReflection(router, listedServices, detailFiles);
    },
    watches: new Set([WATCH_PATH]),
    idleEnd,
  });
  return [rpcDoor, createOpenaiDoor({ unfinished, log, end }), createPlainDoor(() => gate.state === "serving")];
}

interface ServeOptions extends EdgeOptions {
  readonly doors: readonly Door[];
  readonly calls: AdmissionQueue;
  readonly gate: CallGate;
  readonly unfinished: UnfinishedRequests;
}

function createServe(options: ServeOptions, onAdmitted: (exchange: Exchange) => void) {
  const { generation: current, makeRequestId = randomUUID, log, observer, doors, calls, gate, unfinished } = options;
  const memory = createRequestMemory(() => current().limits.maxBufferedBytes, unfinished);
  const receive = createReception({ doors, calls, gate, memory, observer, onAdmitted });
  const answerCors = createCors(["x-request-id", ...doors.flatMap((door) => door.exposedHeaders)]);
  return (request: EdgeRequest, response: EdgeResponse): void => {
    const requestId = makeRequestId();
    const generation = current();
    response.once("close", generation.enter());
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const exchange: Exchange = { requestId, request, response, connection: connectionOf(request), path, generation };
    const onError = (error: Error): void => log.debug({ requestId, fault: error.name }, "client connection broke");
    request.on("error", onError);
    response.on("error", onError);
    response.setHeader("x-request-id", requestId);
    leaveInTime(gate, exchange);
    if (hasTwoHosts(request)) return answerText(exchange, 400, "The request has two Host headers.");
    if (!answerCors(exchange)) receive(exchange);
  };
}

/** Whoever stands between a client and this server may have looked at the other one. */
function hasTwoHosts({ httpVersionMajor, rawHeaders }: EdgeRequest): boolean {
  if (httpVersionMajor !== 1) return false;
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  return names.filter((name) => name.toLowerCase() === "host").length > 1;
}

/**
 * Lets an HTTP/1.1 connection end with its answer when the server is about to stop. One of HTTP/2 stays until the end: a
 * gRPC client that is refused on it tries its next address, while one that loses it connects again, to the same one.
 */
function leaveInTime(gate: CallGate, { request, response, connection }: Exchange): void {
  if (request.httpVersionMajor !== 1) return;
  if (gate.state !== "serving") response.setHeader("connection", "close");
  // The header of a long answer may have gone out before.
  response.once("close", () => {
    if (gate.state === "draining" && !("goaway" in connection)) connection.end();
  });
}

/** Resolves with whether `work` ends before the time or the signal. */
async function endsWithin(work: Promise<void>, ms: number, signal: AbortSignal): Promise<boolean> {
  const waiting = new AbortController();
  const stop = (): void => waiting.abort();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const ended = await Promise.race([work.then(() => true), sleep(ms, waiting.signal).then(() => false)]);
  stop();
  signal.removeEventListener("abort", stop);
  return ended;
}
