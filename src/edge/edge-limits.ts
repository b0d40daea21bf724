/** The limits of what a caller can reach, each with the reason for its default. */

import type { ServerSettings } from "../config/server-defaults.ts";

/** The limits that a configuration sets. */
export type ServerLimits = Pick<
  ServerSettings,
  "maxRequestBytes" | "maxBufferedBytes" | "maxConcurrentCalls" | "maxStreamsPerConnection" | "clientStallTimeoutMs"
>;

export interface EdgeLimits {
  /** Largest request in bytes, after decompression too. Default 16 MiB: a long conversation with a few pictures. */
  readonly maxRequestBytes: number;
  /** Most memory of all requests in flight, in bytes. Default 0.4 of the heap, or 0.3 of the container if that is less. */
  readonly maxBufferedBytes: number;
  /** Largest header in bytes. Default 16 KiB: Node's own limit for HTTP/1.1, for HTTP/2 as well. */
  readonly maxHeaderBytes: number;
  /** Most calls at the same time. Default 4,000, at about 120 KB each half a gigabyte. */
  readonly maxConcurrentCalls: number;
  /** Most connections at the same time. Default 10,000: more than calls, because browsers keep idle ones. */
  readonly maxConnections: number;
  /** Most streams of one HTTP/2 connection. Default 1,000: a proxy sends all its calls through a few connections. */
  readonly maxStreamsPerConnection: number;
  /**
   * Streams that a connection may reset at once. Default 20,000, far above Node's 1,000: clients of a shared proxy
   * that cancel together would lose the connection under everyone's answers.
   */
  readonly streamResetBurst: number;
  /** Streams that a connection may reset per second for ever. Default 2,000; Node's 33 is a busy proxy's normal day. */
  readonly streamResetRate: number;
  /** Longest time for the TLS handshake, the first bytes and an HTTP/1.1 header, in milliseconds each. Default 10,000. */
  readonly headerTimeoutMs: number;
  /** Longest time for a whole request to arrive, in milliseconds. Default 120,000: 16 MiB over a slow line. */
  readonly requestTimeoutMs: number;
  /** Longest time that a client may read nothing of an answer, in milliseconds. Default 60,000. */
  readonly clientStallTimeoutMs: number;
  /** Between two pings of an HTTP/2 connection, in milliseconds. Default 30,000: balancers drop silence after 60 s. */
  readonly pingIntervalMs: number;
  /** Longest time until a ping is answered, in milliseconds. Default 20,000; then the peer is gone. */
  readonly pingTimeoutMs: number;
}

/** Makes the limits of a configuration. Each is named, so that none is lost when one of the two sides is renamed. */
export function makeEdgeLimits(server: ServerLimits): EdgeLimits {
  return {
    maxRequestBytes: server.maxRequestBytes,
    maxBufferedBytes: server.maxBufferedBytes,
    maxHeaderBytes: 16 * 1024,
    maxConcurrentCalls: server.maxConcurrentCalls,
    maxConnections: 10_000,
    maxStreamsPerConnection: server.maxStreamsPerConnection,
    streamResetBurst: 20_000,
    streamResetRate: 2_000,
    headerTimeoutMs: 10_000,
    requestTimeoutMs: 120_000,
    clientStallTimeoutMs: server.clientStallTimeoutMs,
    pingIntervalMs: 30_000,
    pingTimeoutMs: 20_000,
  };
}
