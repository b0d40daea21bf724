import { afterAll, beforeAll, expect, test } from "vitest";

import { askWorkload, QUICK_TEXT } from "./ask-workload.ts";
import { type Probe, startProbe } from "./keyed-probe.ts";
import { sendRawHttp1 } from "./raw-http1.ts";
import { ambiguous, brokenChunks, pairs, plainBodies } from "./smuggled-requests.ts";
import { startTarget, type Target } from "./start-target.ts";

/** Asks, on the same connection, for a last answer and the end. */
const LAST_REQUEST = "GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";

let target: Target;
let probe: Probe;
beforeAll(async () => {
  target = await startTarget();
  probe = startProbe(target.url);
});
afterAll(() => target?.stop());

test.each([...ambiguous, ...brokenChunks])(
  "a request with $has is refused once, and ends its connection",
  async ({ text }) => {
    const { closed, statuses } = await sendRawHttp1(target.port, text);
    await closed;
    expect(statuses()).toEqual([400]);
  },
);

test.each(plainBodies)("a request with $has is one request", async ({ text, statuses: expected }) => {
  const { socket, statuses, closed } = await sendRawHttp1(target.port, text);
  await expect.poll(statuses).toEqual(expected);
  socket.write(LAST_REQUEST);
  await closed;
  expect(statuses()).toEqual([...expected, 200]);
});

test.each(pairs)("a request with $has ends where it says, and the next one begins there", async ({ text }) => {
  const { statuses, closed } = await sendRawHttp1(target.port, text + LAST_REQUEST);
  await closed;
  expect(statuses()).toEqual([200, 404, 200]);
});

test("a request to be a tunnel gets none", async () => {
  const connect = "CONNECT 127.0.0.1:80 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
  const { closed, heard } = await sendRawHttp1(target.port, connect + LAST_REQUEST);
  await closed;
  expect(heard()).toBe("");
});

test("the beginning of HTTP/2 in the middle of HTTP/1.1 is no request", async () => {
  const { socket, statuses, closed } = await sendRawHttp1(target.port, LAST_REQUEST.replace("close", "keep-alive"));
  await expect.poll(statuses).toEqual([200]);
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  await closed;
  expect(statuses()).toEqual([200, 400]);
});

test("the beginning of HTTP/2 without its end is the end of the connection", async () => {
  const { closed, statuses } = await sendRawHttp1(target.port, `PRI * HTTP/2.0\r\n\r\n${LAST_REQUEST}`);
  await closed;
  expect(statuses()).toEqual([]);
});

test("nobody else's call was lost, and the gateway is well", async () => {
  const { lost, count } = await probe.end();
  expect(lost).toEqual([]);
  expect(count).toBeGreaterThan(0);
  expect(await askWorkload(target.url, "quick")).toMatchObject({ status: 200, text: QUICK_TEXT });
  expect(target.log()).not.toMatch(/"level":[56]0/u);
});
