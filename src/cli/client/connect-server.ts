/** Reaches a server over gRPC. */

import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { AdminService } from "../../../gen/ts/understudy/v1/admin_service_pb.ts";
import { ComparisonService } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { RouteService } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { describeLimit } from "../../time/duration.ts";
import { UsageFault } from "../exit-code.ts";
import { ServerUnreachable } from "./server-unreachable.ts";

/** Longest wait for a connection: beyond it an address that swallows packets would hang for minutes. */
const connectTimeoutMs = 10_000;
/** Time without a byte after which the connection is probed, so that a dead server ends a silent stream. */
const pingIntervalMs = 30_000;
/** Longest wait for the answer to a probe. */
const pingTimeoutMs = 15_000;
/** Largest message that is read: four times the longest held-back answer. */
const readMaxBytes = 16 * 1024 * 1024;

export interface Server {
  readonly url: string;
  readonly completion: Client<typeof CompletionService>;
  readonly routes: Client<typeof RouteService>;
  readonly comparison: Client<typeof ComparisonService>;
  readonly admin: Client<typeof AdminService>;
  /** Gives up a connection that is still being opened; an open one without calls does not keep the process alive. */
  close(): void;
}

/** Creates the clients of the server at `url`. The connection is opened by the first call. `key` travels as a bearer. */
export function connectServer(url: string, key: string | undefined): Server {
  const sessionManager = new Http2SessionManager(url, { pingIntervalMs, pingTimeoutMs });
  const transport = createGrpcTransport({
    baseUrl: url,
    sessionManager,
    readMaxBytes,
    interceptors: [openFirst(url, sessionManager), ...(key ? [withBearer(key)] : [])],
  });
  return {
    url,
    completion: createClient(CompletionService, transport),
    routes: createClient(RouteService, transport),
    comparison: createClient(ComparisonService, transport),
    admin: createClient(AdminService, transport),
    close() {
      // Not in other states: on a session that broke, `abort` takes off the listener for the error that is still to come.
      if (sessionManager.state() === "connecting") sessionManager.abort();
    },
  };
}

function openFirst(url: string, sessionManager: Http2SessionManager): Interceptor {
  return (next) => async (request) => {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<"timeout">((resolve) => {
      timer = setTimeout(() => resolve("timeout"), connectTimeoutMs);
    });
    const opened = await Promise.race([sessionManager.connect(), timeout, aborted(request.signal)]);
    clearTimeout(timer);
    if (opened === "timeout")
      throw new ServerUnreachable(url, `no connection within ${describeLimit(connectTimeoutMs)}`);
    if (opened === "error") throw ServerUnreachable.because(url, sessionManager.error());
    return next(request);
  };
}

function aborted(signal: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("aborted");
    else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
}

function withBearer(key: string): Interceptor {
  // Checked here because the header's own error would repeat the key.
  if (!/^[\x21-\x7e]+$/u.test(key)) throw new UsageFault("the key holds characters that a header cannot carry");
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${key}`);
    return next(request);
  };
}
