import { once } from "node:events";
import { createServer } from "node:net";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ErrorInfoSchema, RequestInfoSchema, RetryInfoSchema } from "../../../gen/ts/google/rpc/error_details_pb.ts";
import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { AttemptOutcome, FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReason } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { listenLocally } from "../listen-locally.ts";
import { serveScript } from "../serve-script.ts";
import { runUnderstudy, startUnderstudy } from "../start-understudy.ts";
import { completes, makeCompleted, makeSwitch, says, switched } from "./answers.ts";

const text = "Once upon\n a tïme.";

function complete(url: string, ...args: string[]): string[] {
  return ["complete", "--server", url, "--workload", "summaries", ...args];
}

test("writes the text alone to stdout, and the switch and the summary to stderr", async () => {
  await using server = await serveScript({
    async *streamComplete() {
      yield { event: { case: "started", value: { requestId: "r1" } } };
      yield says("Once upon\n");
      yield switched(10);
      yield { event: { case: "heartbeat", value: {} } };
      yield says(" a tïme.");
      yield completes(text);
    },
  });
  const { code, stdout, stderr } = await runUnderstudy(complete(server.url, "Tell"));
  expect(stdout).toBe(text);
  expect(stderr.split("\n")).toEqual([
    "-- switched claude-direct -> claude-on-azure: stalled after 10 bytes, gap 2.1 s --",
    expect.stringMatching(
      /^-- claude-direct, claude-on-azure; 2 attempts; 120 in, 312 out tokens; \$0\.00123; [\d.]+ m?s --$/u,
    ),
    "",
  ]);
  expect(code).toBe(0);
});

test("colours the switch when colours are forced", async () => {
  await using server = await serveScript({
    async *streamComplete() {
      yield switched(0);
      yield completes("");
    },
  });
  const forced = await runUnderstudy(complete(server.url, "Tell"), { env: { FORCE_COLOR: "1" } });
  expect(forced.stderr).toContain("\u001b[33m-- switched");
});

test("sends the prompt, the options and the key", async () => {
  const seen: { request: CompleteRequest; key: string | null; timeoutMs: number | undefined }[] = [];
  await using server = await serveScript({
    async *streamComplete(request, context) {
      seen.push({ request, key: context.requestHeader.get("authorization"), timeoutMs: context.timeoutMs() });
      yield completes("");
    },
  });
  const options = ["--system", "Be brief", "--primary", "one", "--backups", "two, three", "--max-output-tokens", "50"];
  const { code } = await runUnderstudy(
    complete(server.url, ...options, "--temperature", "0.5", "--deadline", "30s", "-"),
    { input: "from a pipe\n", env: { UNDERSTUDY_KEY: "k-123" } },
  );
  expect(code).toBe(0);
  expect(seen).toMatchObject([
    {
      key: "Bearer k-123",
      request: {
        workload: "summaries",
        routing: { primary: "one", backups: ["two", "three"] },
        messages: [
          { role: Role.SYSTEM, text: "Be brief" },
          { role: Role.USER, text: "from a pipe\n" },
        ],
        maxOutputTokens: 50,
        temperature: 0.5,
      },
    },
  ]);
  expect(seen[0]?.timeoutMs).toBeGreaterThan(20_000);
  expect(seen[0]?.timeoutMs).toBeLessThanOrEqual(30_000);
});

test("shows each event as one line of JSON", async () => {
  await using server = await serveScript({
    async *streamComplete() {
      yield { sequence: 1n, attempt: 1, ...says(text) };
      yield { sequence: 2n, attempt: 1, ...completes(text) };
    },
  });
  const { code, stdout, stderr } = await runUnderstudy(complete(server.url, "--json", "Tell"));
  const lines: unknown[] = stdout
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(lines).toMatchObject([
    { sequence: "1", attempt: 1, textDelta: { text } },
    { sequence: "2", completed: { textBytes: "19", finishReason: "FINISH_REASON_STOP" } },
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("asks for the answer in one piece", async () => {
  await using server = await serveScript({
    complete: () => ({
      parts: [{ kind: { case: "text", value: text } }],
      switches: [makeSwitch(0)],
      completed: makeCompleted(text),
    }),
  });
  const { code, stdout, stderr } = await runUnderstudy(complete(server.url, "--unary", "Tell"));
  expect({ code, stdout }).toEqual({ code: 0, stdout: text });
  expect(stderr).toContain("-- switched claude-direct -> claude-on-azure");
});

test.each([
  { damage: "other bytes", end: [completes("Twice upon")], says: "its SHA-256 is not the one that the server sent" },
  { damage: "a missing piece", end: [completes(text)], says: "10 bytes arrived, the server delivered 19" },
  { damage: "a missing end", end: [], says: "the answer is not whole: the stream ended without its end" },
])("fails an answer with $damage", async ({ end, says: complaint }) => {
  await using server = await serveScript({
    async *streamComplete() {
      yield says("Once  upon");
      yield* end;
    },
  });
  const { code, stdout, stderr } = await runUnderstudy(complete(server.url, "Tell"));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "Once  upon" });
  expect(stderr).toContain(complaint);
});

const allRoutesFailed = (): ConnectError =>
  new ConnectError("every route of workload summaries was tried", Code.Unavailable, undefined, [
    { desc: ErrorInfoSchema, value: { domain: "understudy", reason: "ALL_ROUTES_FAILED" } },
    { desc: RequestInfoSchema, value: { requestId: "r-77" } },
    { desc: RetryInfoSchema, value: { retryDelay: durationFromMs(12_000) } },
    {
      desc: FailoverReportSchema,
      value: {
        attempts: [
          {
            number: 1,
            route: "claude-direct",
            outcome: AttemptOutcome.FAILED,
            upstreamStatus: 529,
            upstreamCode: "overloaded_error",
            duration: durationFromMs(1200),
            message: "the upstream is overloaded",
          },
        ],
        skips: [
          {
            route: "claude-on-azure",
            reason: SkipReason.BREAKER_OPEN,
            message: "3 failures in a row",
            retryTime: timestampFromMs(Date.now() + 3_600_000),
          },
        ],
      },
    },
  ]);

test("tells every attempt and skip of a call that failed", async () => {
  await using server = await serveScript({
    streamComplete() {
      throw allRoutesFailed();
    },
  });
  const { code, stdout, stderr } = await runUnderstudy(complete(server.url, "Tell"));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatchInlineSnapshot(`
    "error: UNAVAILABLE ALL_ROUTES_FAILED: every route of workload summaries was tried
    ATTEMPT  ROUTE          OUTCOME  UPSTREAM              FIRST TOKEN  TIME   DELIVERED  MESSAGE
    1        claude-direct  failed   529 overloaded_error  -            1.2 s  0 bytes    the upstream is overloaded
    SKIPPED          REASON        AGAIN         MESSAGE
    claude-on-azure  breaker_open  in 1 h 0 min  3 failures in a row
    ask again in 12.0 s
    request r-77
    "
  `);
});

test("tells a failure as JSON where events are JSON", async () => {
  await using server = await serveScript({
    complete() {
      throw allRoutesFailed();
    },
  });
  const { code, stderr } = await runUnderstudy(complete(server.url, "--json", "--unary", "Tell"));
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({
    code: "UNAVAILABLE",
    reason: "ALL_ROUTES_FAILED",
    requestId: "r-77",
    retryAfterMs: 12_000,
    report: { attempts: [{ route: "claude-direct", upstreamStatus: 529 }] },
  });
});

test("says which server refused the connection and how to start one", async () => {
  const url = await freeUrl();
  const { code, stderr } = await runUnderstudy(complete(url, "Tell"));
  expect(code).toBe(1);
  expect(stderr).toContain(`cannot reach a server at ${url}: connection refused`);
  expect(stderr).toContain(`understudy serve --listen ${new URL(url).host}`);
});

test("says so when what listens there is not a gateway", async () => {
  const server = createServer((socket) => socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  const url = await listenLocally(server);
  const { code, stderr } = await runUnderstudy(complete(url, "Tell"));
  server.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`error: cannot reach a server at ${url}: what listens there does not speak HTTP/2\n`);
  expect(stderr).not.toContain("    at ");
});

test("cancels the call on Ctrl-C", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using server = await serveScript({
    async *streamComplete(_, { signal }) {
      signal.addEventListener("abort", () => cancelled.resolve());
      yield says("Once upon");
      await cancelled.promise;
    },
  });
  const { child, shows, ended } = startUnderstudy(complete(server.url, "Tell"));
  await shows("Once upon");
  child.kill("SIGINT");
  await cancelled.promise;
  expect(await ended).toMatchObject({ code: 130, stdout: "Once upon", stderr: "" });
});

test("ends quietly and cancels the call when the reader of stdout leaves", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using server = await serveScript({
    async *streamComplete(_, { signal }) {
      signal.addEventListener("abort", () => cancelled.resolve());
      while (!signal.aborted) yield says("a line of the answer\n".repeat(100));
    },
  });
  const { child, shows, ended } = startUnderstudy(complete(server.url, "Tell"));
  await shows("a line");
  child.stdout.destroy();
  await cancelled.promise;
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});

async function freeUrl(): Promise<string> {
  const server = createServer();
  const url = await listenLocally(server);
  server.close();
  await once(server, "close");
  return url;
}

test("runs the commands as a process", async () => {
  const { code, stdout, stderr } = await runUnderstudy(["compleet"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("Did you mean complete?");
});
