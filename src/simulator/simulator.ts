/** An upstream that speaks the vendors' wire formats, says the same text each time, and misbehaves on command. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { HEALTHY } from "./answer/manner.ts";
import { FaultBoard } from "./fault/fault-board.ts";
import { findEntrance } from "./find-entrance.ts";
import { listModels } from "./list-models.ts";
import { type ReceivedRequest, RequestLog } from "./request-log.ts";
import { serveAdmin } from "./serve-admin.ts";
import { type Desk, serveCall } from "./serve-call.ts";

/** How the simulator runs. */
export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  /** Pieces of content per second; default 0: as fast as the connection takes them, each in a write of its own. */
  readonly tokensPerSecond?: number;
  /** From the headers until the first piece of content, in milliseconds; default 0. */
  readonly firstTokenMs?: number;
  /** Between two pings where only pings are sent, in milliseconds; default 100. */
  readonly pingIntervalMs?: number;
  /** Key that requests must bring; default: none is looked at. */
  readonly apiKey?: string;
}

/** A running simulator. */
export interface Simulator {
  /** `http://127.0.0.1:PORT`. OpenAI's base URL is this with `/v1`, Anthropic's is this alone. */
  readonly url: string;
  /** The last requests to models, oldest first. They change while they are answered. */
  readonly requests: readonly ReceivedRequest[];
  /** Open connections. */
  readonly connectionCount: number;
  /** Requests whose answer has not ended. */
  readonly openCount: number;
  /**
   * Sets the faults of a model, as they are written in a name (`stall=40+reasoning=3`), in place of those set before;
   * undefined takes them away. `*` is every model. Throws `UnknownFault`.
   */
  setFault(model: string, fault: string | undefined): void;
  /** Forgets faults, counts and requests; open requests go on. */
  reset(): void;
  /** Resolves as soon as `condition` holds. Rejects after `timeoutMs` milliseconds, default 10 000. */
  until(condition: (simulator: Simulator) => boolean, timeoutMs?: number): Promise<void>;
  /** Breaks every connection and stops. */
  close(): Promise<void>;
}

const MS_PER_SECOND = 1_000;

/** How long an idle connection stays open, in milliseconds: longer than clients keep theirs, so that they close first. */
const KEEP_ALIVE_MS = 60_000;

/** Starts a simulator. A refused connection is no fault of it: use the URL of a closed one. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const log = new RequestLog();
  const board = new FaultBoard();
  const closing = new AbortController();
  let requestCount = 0;
  const desk: Desk = {
    log,
    board,
    healthy: {
      ...HEALTHY,
      firstTokenMs: options.firstTokenMs ?? 0,
      tokenMs: options.tokensPerSecond ? MS_PER_SECOND / options.tokensPerSecond : 0,
    },
    pingIntervalMs: options.pingIntervalMs ?? 100,
    apiKey: options.apiKey,
    closing: closing.signal,
    nextNumber: () => ++requestCount,
  };

  let connectionCount = 0;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    // A client that closes before its request is whole gets nothing.
    serve(desk, request, response).catch(() => response.destroy());
  });
  server.on("connection", (socket) => {
    connectionCount++;
    socket.on("close", () => {
      connectionCount--;
      log.changed();
    });
  });

  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });

  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;

  const simulator: Simulator = {
    url: `http://${host}:${port}`,
    get requests() {
      return log.requests;
    },
    get connectionCount() {
      return connectionCount;
    },
    get openCount() {
      return log.openCount;
    },
    setFault: (model, fault) => board.set(model, fault),
    reset: () => {
      board.reset();
      log.clear();
    },
    until: (condition, timeoutMs) => log.until(() => condition(simulator), timeoutMs),
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        log.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return simulator;
}

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "").split("?")[0] ?? "";
  const entrance = findEntrance(path);
  if (entrance !== undefined) return serveCall(desk, entrance, request, response);
  if (path.startsWith("/admin/")) return serveAdmin(desk, path, request, response);
  const isModels = request.method === "GET" && /^(?:\/openai|\/anthropic)?\/v1\/models$/u.test(path);
  const body = isModels ? listModels(request.headers["anthropic-version"] !== undefined) : notFound(request);
  response.writeHead(isModels ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function notFound(request: IncomingMessage): object {
  const message = `Invalid URL (${request.method} ${request.url})`;
  return { error: { message, type: "invalid_request_error", param: null, code: null } };
}
