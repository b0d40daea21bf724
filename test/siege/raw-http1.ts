/** A client of HTTP/1.1 that sends the bytes that it is told to, and hears all that comes back. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface RawHttp1 {
  readonly socket: Socket;
  /** What came so far, a character for each byte. */
  readonly heard: () => string;
  /** The statuses of the answers that came so far. */
  readonly statuses: () => number[];
  /** Resolves when the connection is closed, by whomever. */
  readonly closed: Promise<void>;
}

/** Connects to `port` of 127.0.0.1 and sends `text`, a byte for each character. */
export async function sendRawHttp1(port: number, text: string): Promise<RawHttp1> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  socket.on("error", () => {}); // To be cut off is part of the game.
  let heard = "";
  socket.setEncoding("latin1").on("data", (part: string) => void (heard += part));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.write(text, "latin1");
  const statuses = (): number[] => [...heard.matchAll(/HTTP\/1\.[01] (\d{3})/gu)].map(([, status]) => Number(status));
  return { socket, heard: () => heard, statuses, closed };
}
