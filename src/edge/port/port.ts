/** One port for HTTP/1.1 and HTTP/2: cleartext by the first bytes, TLS by ALPN. */

import { createServer as createHttp1Server, type Server } from "node:http";
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from "node:http2";
import { createServer as createHttpsServer, Server as SecureServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

import type { TlsPair } from "../../config/read-tls-files.ts";
import type { Log } from "../../telemetry/log.ts";
import type { EdgeLimits } from "../edge-limits.ts";
import { createConnections } from "./connections.ts";
import { connectionsByDescriptors } from "./descriptor-limit.ts";
import type { Connection, EdgeRequest, EdgeResponse } from "./exchange.ts";
import { pingSession } from "./session-ping.ts";
import { sniffPreface } from "./sniff-preface.ts";

/** How long an idle HTTP/1.1 connection stays: longer than balancers keep theirs, so that they close first. */
const IDLE_TIMEOUT_MS = 75_000;
/** How often Node looks for HTTP/1.1 requests that are late. */
const LATE_CHECK_MS = 1_000;
/** A header over `maxHeaderBytes` gets an answer that says so, up to this many times that size; then a reset. */
const HEADER_LENIENCY = 4;
/**
 * Most connections that the system holds until they are accepted, Node's own number. All of them come in one turn, so
 * with few descriptors they must not be more than there is room for.
 */
const MAX_BACKLOG = 511;
/** Memory of one HTTP/2 connection in MB: every stream's window of 64 KiB twice. */
const SESSION_MEMORY_MB = 128;

/** Where a port listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A port, its servers and its connections. */
export interface Port {
  /** Resolves when connections are accepted; rejects if the address cannot be used. Port 0 picks a free one. */
  listen(host: string, port: number): Promise<Address>;
  /** A call was admitted: its connection makes room for no other. */
  keep(connection: Connection): void;
  /** Sends GOAWAY, and closes what is idle. Connections that come from now on end with their first answer. */
  leave(): void;
  /** Stops accepting too, and resolves when the last connection has closed. */
  finish(): Promise<void>;
  /** Closes every connection at once. */
  destroy(): void;
  /** Shows another certificate to connections that come from now on. */
  renewCertificate(tls: TlsPair): void;
}

/** What a port is made of. */
export interface PortOptions {
  readonly limits: EdgeLimits;
  readonly tls: TlsPair | undefined;
  readonly log: Log;
  /** Answers one request. Never throws. */
  readonly serve: (request: EdgeRequest, response: EdgeResponse) => void;
  /** A connection was accepted. */
  readonly onConnection: () => void;
  /** Gets the first bytes of a cleartext HTTP/1.1 connection. Returns whether it has answered for good. */
  readonly refuseEarly: (socket: Socket, head: Buffer) => boolean;
}

/** Creates the port. */
export function createPort(options: PortOptions): Port {
  const { limits, tls, log, serve, onConnection, refuseEarly } = options;
  const http2 = createHttp2(options);
  const sessions = trackSessions(http2, limits, log);
  const maxConnections = Math.min(limits.maxConnections, connectionsByDescriptors());
  const connections = createConnections(maxConnections, log);

  // The HTTP/1.1 server is the one that listens, because it sets up its timeouts when it does. Its own listeners get
  // only the connections that speak HTTP/1.1.
  const http1 = createHttp1(options);
  const accepted = tls ? "secureConnection" : "connection";
  const toHttp1 = http1.listeners(accepted);
  http1.removeAllListeners(accepted);
  http1.on("connection", (socket: Socket) => {
    onConnection();
    connections.add(socket);
  });
  // Connections that have not said yet what they speak.
  const silent = new Set<Socket>();
  const handOver = (socket: Socket, isHttp2: boolean, head?: Buffer): void => {
    silent.delete(socket);
    if (head !== undefined) socket.unshift(head);
    if (isHttp2) {
      // Accepted for HTTP/1.1, it would stay open when the client has closed it, and its calls would go on.
      socket.allowHalfOpen = false;
      http2.emit("connection", socket);
    } else for (const listener of toHttp1) listener.call(http1, socket);
  };
  http1.on(accepted, (socket: Socket | TLSSocket) => {
    if ("alpnProtocol" in socket) handOver(socket, socket.alpnProtocol === "h2");
    else {
      silent.add(socket);
      socket.once("close", () => silent.delete(socket));
      sniffPreface(socket, limits.headerTimeoutMs, (isHttp2, head) => {
        if (isHttp2 || !refuseEarly(socket, head)) handOver(socket, isHttp2, head);
      });
    }
  });
  http1.on("request", serve);
  http2.on("request", serve);
  const leave = (): void => {
    for (const session of sessions) session.close();
    http1.closeIdleConnections();
  };
  return {
    listen: (host, port) => listen(http1, { host, port, backlog: Math.min(MAX_BACKLOG, maxConnections) }),
    keep: (connection) => connections.keep(connection),
    leave,
    finish() {
      const closed = new Promise<void>((resolve) => {
        http1.close(() => resolve());
      });
      leave();
      for (const socket of silent) socket.destroy();
      return closed;
    },
    renewCertificate(renewed) {
      if (http1 instanceof SecureServer) http1.setSecureContext(renewed);
    },
    destroy() {
      for (const session of sessions) session.destroy();
      connections.destroy();
    },
  };
}

function createHttp1({ limits, tls, log }: PortOptions): Server {
  const options = {
    noDelay: true,
    maxHeaderSize: limits.maxHeaderBytes * HEADER_LENIENCY,
    headersTimeout: Math.min(limits.headerTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    connectionsCheckingInterval: LATE_CHECK_MS,
  };
  if (tls === undefined) return createHttp1Server(options);
  const secure = createHttpsServer({
    ...options,
    ...tls,
    ALPNProtocols: ["h2", "http/1.1"],
    handshakeTimeout: limits.headerTimeoutMs,
  });
  secure.on("tlsClientError", (error: Error) => log.debug({ fault: error.name }, "TLS handshake failed"));
  return secure;
}

function createHttp2({ limits }: PortOptions): Http2Server {
  return createHttp2Server({
    maxSessionMemory: SESSION_MEMORY_MB,
    streamResetBurst: limits.streamResetBurst,
    streamResetRate: limits.streamResetRate,
    settings: {
      maxConcurrentStreams: limits.maxStreamsPerConnection,
      maxHeaderListSize: limits.maxHeaderBytes * HEADER_LENIENCY,
    },
  });
}

function trackSessions(http2: Http2Server, limits: EdgeLimits, log: Log): ReadonlySet<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>();
  http2.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    pingSession(session, limits);
  });
  http2.on("sessionError", (error) => log.debug({ fault: error.name }, "HTTP/2 connection broke"));
  return sessions;
}

function listen(server: Server, options: Address & { readonly backlog: number }): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      const bound = server.address();
      if (bound === null || typeof bound === "string") reject(new Error(`cannot listen on ${options.host}`));
      else resolve({ host: bound.address, port: bound.port });
    });
  });
}
