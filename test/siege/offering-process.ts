/** A process that offers calls at a steady rate, over plain sockets: they cost it the least. */

import { connect, type Socket } from "node:net";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";

import { PROBE_KEY } from "./start-target.ts";

export interface Offer {
  readonly url: string;
  /** Calls a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Each call on a connection of its own, or on one that was kept from an earlier one. */
  readonly connections: "new" | "kept";
}

export interface OfferedCalls {
  /** From the begin of the connection to the end of the answer, of the answered ones. */
  readonly latenciesMs: readonly number[];
  /** How long it took to offer them, in seconds: longer than was asked for where this process cannot offer so many. */
  readonly seconds: number;
  readonly refused: number;
  readonly failed: number;
}

/** Calls that begin in one turn of a process that is late. */
const CALLS_PER_TURN = 8;
/** A call that was not answered for so long has failed, in milliseconds. */
const TIMEOUT_MS = 10_000;

const offer: Offer = JSON.parse(process.argv[2] ?? "{}");
const { hostname, port } = new URL(offer.url);
const body = JSON.stringify({ workload: "quick", messages: [{ role: "ROLE_USER", text: "To be?" }] });
const head = [
  "POST /understudy.v1.CompletionService/Complete HTTP/1.1",
  `host: ${hostname}`,
  `authorization: Bearer ${PROBE_KEY}`,
  "content-type: application/json",
  `content-length: ${body.length}`,
];
const request = `${head.join("\r\n")}\r\n\r\n${body}`;
const kept: Socket[] = [];
const calls = { latenciesMs: [] as number[], refused: 0, failed: 0 };

/** Makes one call. Resolves when it has ended. */
function call(): Promise<void> {
  const beganMs = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = kept.pop() ?? connect({ host: hostname, port: Number(port), noDelay: true });
  let text = "";
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    socket.removeAllListeners();
    socket.on("error", () => {});
    if (text.startsWith("HTTP/1.1 200") && isComplete(text)) calls.latenciesMs.push(performance.now() - beganMs);
    else if (text.startsWith("HTTP/1.1 503")) calls.refused += 1;
    else calls.failed += 1;
    if (offer.connections === "kept" && isComplete(text) && !/^connection: close/imu.test(text)) kept.push(socket);
    else socket.destroy();
    resolve();
  };
  const timer = setTimeout(end, TIMEOUT_MS);
  socket.on("error", end);
  socket.on("close", end);
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
    if (isComplete(text)) end();
  });
  socket.write(request);
  return promise;
}

function isComplete(text: string): boolean {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const bytes = Number(/^content-length: (\d+)/imu.exec(text.slice(0, headEnd))?.[1] ?? Number.NaN);
  return text.length - headEnd - 4 >= bytes;
}

const running: Promise<void>[] = [];
const beganMs = performance.now();
for (let index = 0; index < offer.rate * offer.seconds; index += 1) {
  const dueMs = beganMs + (index * 1_000) / offer.rate;
  const waitMs = dueMs - performance.now();
  if (waitMs > 1) await sleep(waitMs);
  else if (index % CALLS_PER_TURN === 0) await setImmediate(); // late, but the answers must be read too
  running.push(call());
}
const seconds = (performance.now() - beganMs) / 1_000;
await Promise.all(running);
process.send?.({ ...calls, seconds } satisfies OfferedCalls);
