import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";

import { askWorkload, QUICK_TEXT } from "./ask-workload.ts";
import { makeSettings, PREFACE } from "./http2-frames.ts";
import { makeCallBody, makeCallFields, makeCallHeaders } from "./raw-call.ts";
import { ATTACKER_KEY, PROBE_KEY, startTarget, type Target } from "./start-target.ts";

/** Connections at the same time. */
const CONNECTION_COUNT = 20;

const body = JSON.stringify({ workload: "quick", messages: [{ role: "ROLE_USER", text: "To be?" }] });
const http1Call = Buffer.from(
  [
    "POST /understudy.v1.CompletionService/Complete HTTP/1.1",
    "host: 127.0.0.1",
    "content-type: application/json",
    `authorization: Bearer ${ATTACKER_KEY}`,
    `content-length: ${body.length}`,
    "",
    body,
  ].join("\r\n"),
);
const http2Call = Buffer.concat([
  PREFACE,
  makeSettings(),
  makeCallHeaders(1, makeCallFields(ATTACKER_KEY)),
  makeCallBody(1, "quick"),
]);

let target: Target;
beforeAll(async () => {
  // With one place, one call that is not given up shows.
  const callers = { probe: { api_key: PROBE_KEY }, attacker: { api_key: ATTACKER_KEY, max_concurrency: 1 } };
  target = await startTarget({ sections: { callers } });
  await askWorkload(target.url, "quick");
});
afterAll(() => target?.stop());

type Leave = (socket: Socket) => void;

test.each<{ call: string; bytes: Buffer; leaves: string; leave: Leave }>([
  { call: "an HTTP/1.1 call", bytes: http1Call, leaves: "closes", leave: (socket) => void socket.end() },
  { call: "an HTTP/1.1 call", bytes: http1Call, leaves: "resets", leave: (socket) => void socket.resetAndDestroy() },
  { call: "a gRPC call", bytes: http2Call, leaves: "closes", leave: (socket) => void socket.end() },
  { call: "a gRPC call", bytes: http2Call, leaves: "resets", leave: (socket) => void socket.resetAndDestroy() },
])("nothing stays of $call whose client $leaves the connection after any byte", async ({ bytes, leave }) => {
  const descriptorCount = target.descriptorCount();
  const lengths = Array.from({ length: bytes.length + 1 }, (_, length) => length).values();
  const worker = async (): Promise<void> => {
    for (const length of lengths) await breakOff(bytes.subarray(0, length), leave);
  };
  await Promise.all(Array.from({ length: CONNECTION_COUNT }, worker));
  await expect.poll(() => target.descriptorCount()).toBeLessThanOrEqual(descriptorCount);
  expect(await askWorkload(target.url, "quick")).toMatchObject({ status: 200, text: QUICK_TEXT });
  expect(target.child.exitCode).toBeNull();
  expect(target.log()).not.toMatch(/"level":[56]0/u);
});

/** Sends the beginning of a call and leaves; resolves when the connection is closed on both sides. */
async function breakOff(beginning: Buffer, leave: Leave): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port: target.port, noDelay: true });
  await once(socket, "connect");
  socket.on("error", () => {}); // It may be cut off first.
  socket.resume();
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  if (beginning.length === 0) leave(socket);
  else socket.write(beginning, () => leave(socket));
  await closed;
}
