import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { joinObservers } from "../../src/call/call-observer.ts";
import type { CallRecord } from "../../src/call/call-record.ts";
import { createCallers } from "../../src/edge/admission/callers.ts";
import type { Door } from "../../src/edge/door/door.ts";
import { createEarlyRefusal } from "../../src/edge/early-refusal.ts";

const nothing = (): void => {};

/** Calls at `/call`, and questions everywhere else. */
const door: Door = {
  exposedHeaders: [],
  find: (path) =>
    path === "/call"
      ? {
          kind: "gated",
          describe: (requestId, contentType) => ({ requestId, door: contentType ?? "none", method: "Call" }),
          answer: nothing,
          refuse: nothing,
        }
      : { kind: "open", watches: false, answer: nothing, refuse: nothing },
};

/**
 * Sends bytes to a server that turns calls away, and keeps its own side open. Resolves with the answer, how the call is
 * recorded, and whether the server closed the connection at once.
 */
async function send(request: string, turnsAway = true) {
  const records: CallRecord[] = [];
  const refuseEarly = createEarlyRefusal({
    doors: [door],
    callers: () => createCallers([]),
    turnsAway: () => turnsAway,
    observer: joinObservers([{ callEnded: (record) => void records.push(record) }], nothing),
    makeRequestId: () => "call-1",
  });
  let isClosed = false;
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    socket.once("close", () => (isClosed = true));
    socket.once("data", (head) => {
      if (!refuseEarly(socket, Buffer.from(head))) socket.end("passed on");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let answer = "";
  client.setEncoding("latin1").on("data", (text: string) => void (answer += text));
  client.write(request, "latin1");
  await once(client, "end");
  // What the server does of itself takes a few turns; what it does because of the time, a second.
  for (let turns = 0; turns < 10; turns += 1) await nextTurn();
  const closedAtOnce = isClosed;
  client.end();
  return { answer, records, closedAtOnce };
}

test("a call is told to go elsewhere, in words that clients of every door read", async () => {
  const { answer, records } = await send("POST /call?x=1 HTTP/1.1\r\ncontent-type: application/json; x\r\n\r\n{");
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  expect(head.split("\r\n")).toEqual([
    "HTTP/1.1 503 Service Unavailable",
    "content-type: application/json",
    "connection: close",
    "retry-after: 1",
    "retry-after-ms: 1000",
    "x-should-retry: true",
    "x-request-id: call-1",
    `content-length: ${body.length}`,
  ]);
  expect(JSON.parse(body)).toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("more calls come than this server can serve"),
    error: {
      code: "overloaded",
      message: expect.stringContaining("more calls come"),
      understudy: { request_id: "call-1" },
    },
  });
  expect(records).toMatchObject([
    { requestId: "call-1", door: "application/json", method: "Call", ending: { kind: "refused" } },
  ]);
});

test.each([
  ["a question", "POST /health HTTP/1.1\r\n\r\n"],
  ["a GET", "GET /call HTTP/1.1\r\n\r\n"],
  ["a page of a browser, which needs headers of CORS", "POST /call HTTP/1.1\r\nOrigin: http://a\r\n\r\n"],
  ["a line that is not whole", "POST /cal"],
  ["noise", "\x00\xff\r\n\r\n"],
])("%s is passed on", async (_, request) => {
  expect(await send(request)).toMatchObject({ answer: "passed on", records: [] });
});

test("everything is passed on while calls can be served", async () => {
  expect(await send("POST /call HTTP/1.1\r\n\r\n", false)).toMatchObject({ answer: "passed on", records: [] });
});

test.each([
  ["whole", "content-length: 2\r\n\r\n{}", true],
  ["without its end", "content-length: 3\r\n\r\n{}", false],
  ["in chunks", "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", false],
  ["without its header's end", "content-length: 0\r\nx-more: ", false],
])("a connection is closed with the refusal where the request came %s: %s", async (_, rest, closedAtOnce) => {
  const sent = await send(`POST /call HTTP/1.1\r\n${rest}`);
  expect(sent).toMatchObject({ answer: expect.stringMatching(/^HTTP\/1.1 503 /u), closedAtOnce });
});
