/** Keeps places for connections that bring calls, when others take all that there are. */

import type { Socket } from "node:net";
import type { Log } from "../../telemetry/log.ts";
import type { Connection } from "./exchange.ts";

/** Part of the places that connections without a call cannot have. */
const RESERVED_SHARE = 0.25;
/** How often the log tells that connections were closed, in milliseconds. */
const NOTICE_MS = 10_000;

export interface Connections {
  /** Takes in an accepted connection. Where there is no room one that has brought no call is closed, or this one. */
  add(socket: Socket): void;
  /** A call came over the connection and was admitted: it is closed for nobody from now on. */
  keep(connection: Connection): void;
  /** Closes all. */
  destroy(): void;
}

/** Creates the list, for at most `maxConnections`. */
export function createConnections(maxConnections: number, log: Log): Connections {
  const maxIdle = Math.ceil(maxConnections * (1 - RESERVED_SHARE));
  const sockets = new Set<Socket>();
  // Without a call so far, oldest first; by address, because TLS and HTTP/2 wrap a socket.
  const idle = new Map<string, Socket>();
  const kept = new WeakSet<Connection>();
  const notice = createNotice(log, maxConnections);

  const closeOldestIdle = (): boolean => {
    const [oldest] = idle;
    if (oldest === undefined) return false;
    const [address, socket] = oldest;
    idle.delete(address);
    sockets.delete(socket);
    socket.destroy();
    notice();
    return true;
  };
  return {
    add(socket) {
      if (idle.size >= maxIdle || sockets.size >= maxConnections) {
        if (!closeOldestIdle()) {
          socket.destroy();
          return notice();
        }
      }
      const address = addressOf(socket);
      sockets.add(socket);
      idle.set(address, socket);
      socket.once("close", () => {
        sockets.delete(socket);
        if (idle.get(address) === socket) idle.delete(address);
      });
    },
    keep(connection) {
      if (kept.has(connection)) return;
      kept.add(connection);
      const socket = "goaway" in connection ? connection.socket : connection;
      if ("remoteAddress" in socket) idle.delete(addressOf(socket));
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function addressOf({ remoteAddress, remotePort }: Pick<Socket, "remoteAddress" | "remotePort">): string {
  return `${remoteAddress}:${remotePort}`;
}

/** Tells the log how many connections were closed, the first at once and then now and again. */
function createNotice(log: Log, maxConnections: number): () => void {
  let closedCount = 0;
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    if (closedCount === 0) return;
    log.warn({ closedCount, maxConnections }, "too many connections: those that had brought no call were closed");
    closedCount = 0;
    timer = setTimeout(tell, NOTICE_MS).unref();
  };
  return () => {
    closedCount += 1;
    if (timer === undefined) tell();
  };
}
