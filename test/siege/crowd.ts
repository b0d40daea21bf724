/** Many connections at once, as an attacker has them. */

import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** Most connections that begin in one turn. */
const PER_TURN = 16;

/** Opens a connection for the time of an attack. What comes back is thrown away. */
export function open(port: number, signal: AbortSignal): Socket {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  socket.on("error", () => {}); // to be cut off is what attackers expect
  socket.resume();
  const end = (): void => void socket.destroy();
  signal.addEventListener("abort", end, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", end));
  return socket;
}

/** Keeps `count` connections: opens another one for each that is closed. `begin` sends what there is to send. */
export async function keepOpen(
  count: number,
  port: number,
  signal: AbortSignal,
  begin: (socket: Socket) => void,
): Promise<void> {
  const sockets = new Set<Socket>();
  while (!signal.aborted) {
    for (let begun = 0; begun < PER_TURN && sockets.size < count; begun += 1) {
      const socket = open(port, signal);
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      begin(socket);
    }
    if (sockets.size < count) await nextTurn();
    else await sleep(20);
  }
}

/** Sends a request again and again, each on a connection of its own, `inFlight` at a time. */
export function keepAsking(inFlight: number, port: number, signal: AbortSignal, request: Buffer): Promise<void> {
  return keepOpen(inFlight, port, signal, (socket) => {
    socket.write(request);
    socket.once("data", () => socket.destroy());
  });
}

/** Writes `piece` again and again, as fast as it is taken. */
export async function keepWriting(socket: Socket, signal: AbortSignal, piece: (turn: number) => Buffer): Promise<void> {
  for (let turn = 0; !signal.aborted && !socket.destroyed; turn += 1) {
    if (!socket.write(piece(turn))) {
      await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), sleep(500)]);
    }
    await nextTurn();
  }
}
