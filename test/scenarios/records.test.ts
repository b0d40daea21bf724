import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RouteService } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { curlJson, runCurl } from "../edge/run-curl.ts";
import { createConnectClient, createGrpcWebClient } from "./clients/connect.ts";
import { createGrpcJsClient } from "./clients/grpc-js.ts";
import type { ScenarioClient, Told } from "./clients/scenario-client.ts";
import type { RouteSetup, WorkloadSetup } from "./make-config.ts";
import { ask, expectWell, type Stage, startStage } from "./stage.ts";

/** A line of the log. */
interface Line {
  readonly msg: string;
  readonly requestId?: string;
  readonly door?: string;
  readonly method?: string;
  readonly outcome?: string;
  readonly workload?: string;
  readonly costMicroUsd?: number;
  readonly deliveredBytes?: number;
  readonly route?: string;
  readonly to?: string;
  readonly cause?: string;
}

const PRICES = { prices: { input_usd_per_mtok: 3_000, output_usd_per_mtok: 15_000 } };

/** Ends a call that hears nothing by its whole time. */
const BRIEF = { total_timeout: "1s", first_token_timeout: "1s", stall_timeout: "1s" };

function alone(name: string, route: RouteSetup = {}): WorkloadSetup {
  return { name, routes: [{ dialect: "openai-chat", settings: PRICES, ...route }] };
}

const CHAT = { model: "quick", messages: [{ role: "user", content: "Tell me about the ferry." }] };

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(createGrpcJsClient, [
    alone("quick"),
    alone("slow", { faults: "rate=50" }),
    { ...alone("silent", { faults: "hang-body" }), policy: BRIEF },
    alone("breaks", { faults: "status=500+times=3" }),
    alone("rests", { faults: "status=429+retry-after=1+times=1" }),
    alone("denied", { faults: "status=401" }),
  ]);
});
afterAll(() => stage?.close());

/** The lines so far of which `concerns` is true. */
function linesOf({ gateway }: Pick<Stage, "gateway">, concerns: (line: Line) => boolean): Line[] {
  const lines = gateway.printed.stderr.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line): Line => JSON.parse(line)).filter(concerns);
}

const isCall = ({ msg }: Line): boolean => msg.startsWith("call ");

/** Streams until the first text, and goes away. */
function leaveInMidStream(client: ScenarioClient): Promise<Told> {
  const stop = new AbortController();
  return client.stream(ask("slow"), {
    signal: stop.signal,
    onEvent: ({ event }) => event.case === "textDelta" && stop.abort(),
  });
}

function chat(body: object): Promise<unknown> {
  const url = `${stage.gateway.url}/v1/chat/completions`;
  return runCurl([url, "-H", "content-type: application/json"], JSON.stringify(body));
}

test("a mixed crowd leaves exactly one line a call, and what the cancelled ones cost is known", async () => {
  const { url } = stage.gateway;
  const clients = [createGrpcJsClient, createConnectClient, createGrpcWebClient].map((createOwn) => createOwn(url));
  const rounds = Array.from({ length: 4 });
  await Promise.all(
    rounds.flatMap(() => [
      ...clients.flatMap((client) => [
        client.stream(ask("quick")),
        client.complete(ask("quick")),
        leaveInMidStream(client),
        client.complete(ask("silent")),
      ]),
      chat(CHAT),
      chat({ ...CHAT, stream: true }),
      chat({ ...CHAT, messages: "sk-secret" }),
      chat({ ...CHAT, model: "sk-secret" }),
      curlJson(url, "CompletionService/Complete", '{"workload":"quick","sk_secret":1}'),
      runCurl([`${url}/v1/chat/completions`]),
    ]),
  );
  for (const client of clients) client.close();
  await expect.poll(() => linesOf(stage, isCall).length, { timeout: 10_000 }).toBe(72);
  await expectWell(stage);
  const lines = linesOf(stage, isCall).slice(0, 72);
  expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(72);
  const counts = Object.groupBy(lines, ({ outcome = "" }) => outcome);
  expect(Object.fromEntries(Object.entries(counts).map(([outcome, of]) => [outcome, of?.length]))).toEqual({
    completed: 32,
    cancelled: 12,
    deadline_exceeded: 12,
    invalid_request: 12,
    route_not_found: 4,
  });
  expect(new Set(lines.map(({ door }) => door))).toEqual(new Set(["grpc", "connect", "grpc-web", "openai"]));
  for (const { costMicroUsd, deliveredBytes, workload } of counts["cancelled"] ?? []) {
    expect(workload).toBe("slow");
    expect(costMicroUsd).toBeGreaterThan(0);
    expect(deliveredBytes).toBeGreaterThan(0);
  }
  expect(stage.gateway.printed.stderr).not.toMatch(/sk.secret|ferry/);
});

/** States that a workload's only route came to, each with whether its cause is told. */
function statesOf(workload: string): string[] {
  return linesOf(stage, ({ route }) => route === `${workload}.primary`).flatMap(({ to, cause }) =>
    to === undefined ? [] : [cause === undefined ? to : `${to}: ${cause}`],
  );
}

test("an outage leaves one line a change of a route's state, with its cause", async () => {
  const { client } = stage;
  // Three failures in few calls, because a call tries again; the next one tests the route.
  for (const _ of [1, 2, 3, 4]) await client.complete(ask("breaks"));
  // The log follows its calls: it waits for nobody, and nobody for it.
  await expect
    .poll(() => statesOf("breaks"))
    .toEqual(["open: 3 failures in a row", expect.stringMatching(/^probing/), "available"]);

  await client.complete(ask("denied"));
  await expect.poll(() => statesOf("denied")).toEqual([expect.stringMatching(/^disabled: ./)]);

  await client.complete(ask("rests", { routing: { policy: { maxAttempts: 1 } } }));
  await expect.poll(() => statesOf("rests"), { timeout: 10_000 }).toHaveLength(2);
  expect(statesOf("rests")).toEqual([expect.stringMatching(/^cooling_down: ./), "available"]);
});

test("an operator's act leaves its own line, beside the one of the route", async () => {
  const transport = createConnectTransport({ baseUrl: stage.gateway.url, httpVersion: "1.1" });
  const operator = createClient(RouteService, transport);
  await operator.isolateRoute({ route: "silent.primary", reason: "maintenance" });
  await operator.restoreRoute({ route: "silent.primary" });
  await expect.poll(() => linesOf(stage, ({ msg }) => msg.startsWith("operator: "))).toHaveLength(2);
  expect(linesOf(stage, ({ msg }) => msg.startsWith("operator: "))).toMatchObject([
    { act: "isolate", what: ["silent.primary"], reason: "maintenance" },
    { act: "restore", what: ["silent.primary"] },
  ]);
  // Its calls that hang may make it silent before that.
  await expect
    .poll(() => statesOf("silent").slice(-2))
    .toEqual([expect.stringMatching(/^isolated: .*maintenance/), "available"]);
});

test("a refusal at the door leaves a line, and never the key that came", async () => {
  const callers = { intern: { api_key: "key-of-the-intern" } };
  const closed = await startStage(createGrpcJsClient, [alone("quick")], {
    callers,
    server: { max_request_bytes: 2_000 },
  });
  try {
    const { url } = closed.gateway;
    const ours = ["-H", "authorization: Bearer key-of-the-intern"];
    await curlJson(url, "CompletionService/Complete", "{}", "-H", "authorization: Bearer key-of-nobody");
    await curlJson(url, "CompletionService/Complete", "{}");
    await curlJson(url, "CompletionService/Complete", "{}", ...ours);
    await curlJson(url, "CompletionService/Complete", `{"workload":"${"q".repeat(3_000)}"}`, ...ours);
    await expect.poll(() => linesOf(closed, isCall)).toHaveLength(4);
    const refused = { msg: "call refused at the door", door: "connect", method: "Complete" };
    expect(linesOf(closed, isCall)).toMatchObject([
      { ...refused, outcome: "caller_unknown" },
      { ...refused, outcome: "caller_unknown" },
      { ...refused, outcome: "invalid_request", caller: "intern" },
      { ...refused, outcome: "too_large" },
    ]);
    expect(closed.gateway.printed.stderr).not.toMatch(/key-of|qqq/);
  } finally {
    await closed.close();
  }
});
