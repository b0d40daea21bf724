/** Finds out that the peer of a silent HTTP/2 connection is gone. */

import type { ServerHttp2Session } from "node:http2";

export interface PingLimits {
  /** Between two pings, in milliseconds. */
  readonly pingIntervalMs: number;
  /** Longest time until a ping is answered, in milliseconds. */
  readonly pingTimeoutMs: number;
}

/** Pings a connection until it is closed, and destroys it when a ping stays unanswered. */
export function pingSession(session: ServerHttp2Session, limits: PingLimits): void {
  let timeout: NodeJS.Timeout | undefined;
  const interval = setInterval(() => {
    // A session is destroyed a moment before it says so; a ping then throws.
    if (timeout !== undefined || session.destroyed) return;
    timeout = setTimeout(() => session.destroy(), limits.pingTimeoutMs);
    session.ping(() => {
      clearTimeout(timeout);
      timeout = undefined;
    });
  }, limits.pingIntervalMs);
  interval.unref();
  session.once("close", () => {
    clearInterval(interval);
    clearTimeout(timeout);
  });
}
