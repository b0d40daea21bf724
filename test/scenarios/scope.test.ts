/** A caller that may use little learns nothing of the rest, whatever it asks. */

import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { file_understudy_v1_admin_service } from "../../gen/ts/understudy/v1/admin_service_pb.ts";
import { file_understudy_v1_comparison_service } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { file_understudy_v1_completion_service } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import {
  file_understudy_v1_route_service,
  RouteService,
  Availability_State as State,
  type WatchRoutesResponse,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { type Gateway, startGateway } from "./start-gateway.ts";

/** Is part of every name that the limited caller must not learn. */
const CANARY = "canary";
/** As long as the names with a canary, but not configured. */
const UNKNOWN = "nobody";

const LIMITED_KEY = "key-of-the-limited-caller";
const BOSS_KEY = "key-of-the-boss-of-all";

let simulator: Simulator;
let gateway: Gateway;

beforeAll(async () => {
  simulator = await startSimulator();
  const provider = { platform: "compatible", dialect: "openai-chat", endpoint: `${simulator.url}/v1` };
  gateway = await startGateway({
    require_approval: "off",
    request_routing: "any",
    providers: { sim: provider, [`${CANARY}-provider`]: { ...provider, allow_models: ["*"] } },
    routes: {
      mine: { provider: "sim", model: "mine" },
      down: { provider: "sim", model: "down+status=503" },
      [`${CANARY}-route`]: { provider: `${CANARY}-provider`, model: `${CANARY}-model` },
    },
    workloads: {
      mine: { primary: "mine" },
      down: { primary: "down" },
      [`${CANARY}-workload`]: { primary: `${CANARY}-route`, backups: ["mine"] },
    },
    callers: {
      limited: { api_key: LIMITED_KEY, workloads: ["mine", "down"] },
      [`${CANARY}-boss`]: { api_key: BOSS_KEY },
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await simulator?.close();
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks as the limited caller; without a body by GET. */
async function ask(path: string, body?: string | Buffer, type = "application/json"): Promise<Answer> {
  const response = await fetch(`${gateway.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${LIMITED_KEY}`, "content-type": type },
    ...(body !== undefined && { body }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, text: `${JSON.stringify([...response.headers])} ${bytes.toString("latin1")}` };
}

const askMethod = (method: string, question: object): Promise<Answer> =>
  ask(`/understudy.v1.${method}`, JSON.stringify(question));

function askStream(method: string, question: object): Promise<Answer> {
  const json = Buffer.from(JSON.stringify(question));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(json.length, 1);
  return ask(`/understudy.v1.${method}`, Buffer.concat([prefix, json]), "application/connect+json");
}

const messages = [{ role: "ROLE_USER", text: "Tell me about the ferry." }];
const chatOf = (model: string): string =>
  JSON.stringify({ model, messages: [{ role: "user", content: "Tell me about the ferry." }] });
const samples = { inline: { samples: [{ name: "one", request: { messages } }] } };
const routing = (primary: string): object => ({ messages, routing: { primary } });

/** Questions of every method, with a name in them that is not configured, or that the caller must not learn. */
const questions: Record<string, (name: string) => readonly object[]> = {
  "CompletionService/Complete": (name) => [
    { workload: `${name}-workload`, messages },
    routing(`${name}-route`),
    routing(`${name}-provider/model`),
    { workload: "mine", messages, routing: { backups: [`${name}-route`] } },
    { workload: "mine", messages },
    { workload: "down", messages },
    { messages },
    {},
  ],
  "RouteService/ListWorkloads": () => [{}, { pageSize: 1 }],
  "RouteService/ListRoutes": () => [{}, { pageSize: 1 }],
  "RouteService/IsolateRoute": (name) => [{ route: `${name}-route`, reason: "a drill" }],
  "RouteService/RestoreRoute": (name) => [{ route: `${name}-route` }],
  "RouteService/ExplainRequest": (name) => [
    { request: { workload: `${name}-workload`, messages } },
    { request: routing(`${name}-route`) },
    { request: { workload: "mine", messages, routing: { backups: [`${name}-route`] } } },
    { request: { workload: "mine", messages } },
  ],
  "AdminService/ReloadConfiguration": () => [{}],
};

/** The same for methods that answer by a stream, whose requests are in an envelope. */
const streamed: Record<string, (name: string) => readonly object[]> = {
  "CompletionService/StreamComplete": questions["CompletionService/Complete"] ?? (() => []),
  "RouteService/WatchRoutes": (name) => [{ routes: [`${name}-route`] }],
  "ComparisonService/CompareRoutes": (name) => [
    { workload: `${name}-workload`, ...samples },
    { workload: "mine", backups: [`${name}-route`], ...samples },
    { workload: "mine", sampleSet: `${name}-samples` },
  ],
};

/** What differs between two answers although nothing differs that a caller may learn. */
function withoutChance({ status, text }: Answer, name: string): Answer {
  const plain = text
    .replaceAll(name, "NAME")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gu, "ID")
    .replaceAll(/"date","[^"]+"/gu, "DATE")
    .replaceAll(/"value":\s*"[^"]*"/gu, "VALUE"); // details in binary, which `debug` beside has in words
  return { status, text: plain };
}

/** Asks for both names: answers to a question with a name in it differ in nothing but the name. */
async function expectNothingLearned(asked: (name: string) => Promise<Answer>, namesIt: boolean): Promise<void> {
  const [hidden, unknown] = [await asked(CANARY), await asked(UNKNOWN)];
  expect(unknown.text).not.toContain(CANARY);
  if (namesIt) expect(withoutChance(hidden, CANARY)).toEqual(withoutChance(unknown, UNKNOWN));
}

test("every method of the API is asked here", () => {
  const files = [
    file_understudy_v1_admin_service,
    file_understudy_v1_comparison_service,
    file_understudy_v1_completion_service,
    file_understudy_v1_route_service,
  ];
  const methods = files
    .flatMap((file) => file.services)
    .flatMap((service) => service.methods.map((method) => `${service.name}/${method.name}`));
  expect([...Object.keys(questions), ...Object.keys(streamed)].toSorted()).toEqual(methods.toSorted());
});

describe.each([
  ["at once", questions, askMethod],
  ["by streams", streamed, askStream],
] as const)("methods that answer %s", (_, asked, send) => {
  test.each(Object.entries(asked))("%s tells nothing of the rest", async (method, questionsOf) => {
    for (const [index, question] of questionsOf(UNKNOWN).entries()) {
      const namesIt = JSON.stringify(question).includes(UNKNOWN);
      await expectNothingLearned((name) => send(method, questionsOf(name)[index] ?? {}), namesIt);
    }
  });
});

test.each<[string, (name: string) => Promise<Answer>, boolean]>([
  ["the list of models", () => ask("/v1/models"), false],
  ["a model", (name) => ask(`/v1/models/${name}-workload`), true],
  ["a route as a model", (name) => ask(`/v1/models/${name}-route`), true],
  ["a chat", (name) => ask("/v1/chat/completions", chatOf(`${name}-workload`)), true],
  ["a chat with a route", (name) => ask("/v1/chat/completions", chatOf(`${name}-route`)), true],
  ["a chat with a model of a provider", (name) => ask("/v1/chat/completions", chatOf(`${name}-provider/model`)), true],
  ["a chat that fails", () => ask("/v1/chat/completions", chatOf("down")), false],
])("the OpenAI door tells nothing of the rest by %s", async (_, asked, namesIt) => {
  await expectNothingLearned(asked, namesIt);
});

test("a watch tells nothing of the rest, whatever happens to it", async () => {
  const [limited, boss] = [LIMITED_KEY, BOSS_KEY].map((key) =>
    createClient(
      RouteService,
      createGrpcTransport({
        baseUrl: gateway.url,
        interceptors: [
          (next) => (request) => {
            request.header.set("x-api-key", key);
            return next(request);
          },
        ],
      }),
    ),
  );
  const ended = new AbortController();
  const seen: WatchRoutesResponse[] = [];
  for await (const response of limited?.watchRoutes({}, { signal: ended.signal }) ?? []) {
    seen.push(response);
    if (response.routes.some(({ name, availability }) => name === "mine" && availability?.state === State.ISOLATED))
      break;
    for (const route of [`${CANARY}-route`, "mine"]) await boss?.isolateRoute({ route, reason: `${CANARY}: a drill` });
  }
  ended.abort();
  expect(seen.flatMap(({ routes }) => routes.map(({ name }) => name)).toSorted()).toEqual(["down", "mine", "mine"]);
  await boss?.restoreRoute({ route: "mine" });
});
