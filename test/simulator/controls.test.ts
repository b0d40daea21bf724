import { expect, test } from "vitest";
import { FAULTS } from "../../src/simulator/fault/faults.ts";
import { UnknownFault } from "../../src/simulator/fault/parse-behaviour.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { rawCall } from "./raw-call.ts";
import { OPENAI } from "./wire-format.ts";

const ask = (model: string): object => ({ ...OPENAI.request, model });

const send = async (url: string, method: string, body?: object): Promise<{ status: number; body: unknown }> => {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(url, init);
  return { status: response.status, body: await response.json() };
};

test.each([
  { set: "model", asked: "model", status: 503 },
  { set: "model", asked: "model+reasoning=1", status: 503 },
  { set: "model+reasoning=1", asked: "model+reasoning=1", status: 503 },
  { set: "model+reasoning=1", asked: "model", status: 200 },
  { set: "*", asked: "model", status: 503 },
  { set: "other", asked: "model", status: 200 },
])("a fault set for $set means $status for $asked, until it is taken away", async ({ set, asked, status }) => {
  const simulator = await startSimulator();
  simulator.setFault(set, "status=503");
  const faulty = await rawCall(simulator.url, OPENAI.path, ask(asked));
  simulator.setFault(set, undefined);
  const mended = await rawCall(simulator.url, OPENAI.path, ask(asked));
  await simulator.close();
  expect([faulty.status, mended.status]).toEqual([status, 200]);
});

test("a fault set anew counts the requests from the first", async () => {
  const simulator = await startSimulator();
  const statuses: number[] = [];
  for (let round = 0; round < 2; round++) {
    simulator.setFault("model", "status=500+times=1");
    for (let i = 0; i < 2; i++) statuses.push((await rawCall(simulator.url, OPENAI.path, ask("model"))).status);
  }
  await simulator.close();
  expect(statuses).toEqual([500, 200, 500, 200]);
});

test.each([
  { fault: "stal=3", message: /did you mean "stall"\?/u },
  { fault: "stall", message: /written stall=TOKENS, with tokens from 0/u },
  { fault: "stall=-1", message: /written stall=TOKENS/u },
  { fault: "status=200", message: /status from 300 to 599/u },
  { fault: "stall=3:word", message: /written stall=TOKENS/u },
  { fault: "html=3", message: /"html" takes no argument/u },
  { fault: "hang+", message: /unknown fault ""/u },
])("refuses the fault $fault", async ({ fault, message }) => {
  const simulator = await startSimulator();
  expect(() => simulator.setFault("model", fault)).toThrow(UnknownFault);
  expect(() => simulator.setFault("model", fault)).toThrow(message);
  await simulator.close();
});

test("faults are set, listed and taken away over HTTP", async () => {
  const simulator = await startSimulator();
  const url = `${simulator.url}/admin/faults`;
  const set = await send(url, "POST", { model: "model", fault: "status=503" });
  const faulty = await rawCall(simulator.url, OPENAI.path, ask("model"));
  const listed = await send(url, "GET");
  const cleared = await send(url, "DELETE");
  const mended = await rawCall(simulator.url, OPENAI.path, ask("model"));
  const unknown = await send(url, "POST", { model: "model", fault: "stal" });
  const nothing = await send(url, "POST", {});
  await simulator.close();
  expect(set).toEqual({ status: 200, body: { set: { model: "status=503" } } });
  expect(listed.body).toMatchObject({ set: { model: "status=503" } });
  expect(listed.body).toHaveProperty("known.length", FAULTS.length);
  expect(cleared.body).toEqual({ set: {} });
  expect([faulty.status, mended.status]).toEqual([503, 200]);
  expect(unknown.status).toBe(400);
  expect(nothing.status).toBe(400);
});

test("requests are shown over HTTP without their keys", async () => {
  const simulator = await startSimulator();
  const headers = { authorization: "Bearer secret-key", "x-tenant": "ferry" };
  const call = await fetch(simulator.url + OPENAI.path, {
    method: "POST",
    headers,
    body: JSON.stringify(ask("model+status=500")),
  });
  await call.text();
  await simulator.until(({ openCount }) => openCount === 0);
  const shown = await send(`${simulator.url}/admin/requests`, "GET");
  const [request] = simulator.requests;
  await simulator.close();
  expect(shown.body).toMatchObject({
    openCount: 0,
    requests: [
      {
        number: 1,
        method: "POST",
        path: OPENAI.path,
        status: 500,
        headers: { "x-tenant": "ferry" },
        end: { kind: "finished" },
      },
    ],
  });
  expect(JSON.stringify(shown.body)).not.toContain("secret-key");
  expect(request).toMatchObject({
    headers: { authorization: "Bearer secret-key" },
    body: { model: "model+status=500" },
  });
});

test("reset forgets faults, counts and requests", async () => {
  const simulator = await startSimulator();
  simulator.setFault("model", "status=503");
  await rawCall(simulator.url, OPENAI.path, ask("model"));
  simulator.reset();
  const answer = await rawCall(simulator.url, OPENAI.path, ask("model"));
  await simulator.close();
  expect(answer.status).toBe(200);
  expect(simulator.requests).toHaveLength(1);
});

test.each(["/", "/v1/unknown", "/admin/unknown"])("%s is not found", async (path) => {
  const simulator = await startSimulator();
  const response = await send(simulator.url + path, "GET");
  await simulator.close();
  expect(response.status).toBe(404);
});

test.each([
  { what: "a body that is no JSON", body: "{", status: 400 },
  { what: "a body that is no object", body: "[1]", status: 400 },
  { what: "a body over 32 MiB", body: "x".repeat(32 * 1024 * 1024 + 1), status: 413 },
])("$what is answered with $status", async ({ body, status }) => {
  const simulator = await startSimulator();
  const response = await fetch(simulator.url + OPENAI.path, { method: "POST", body });
  await response.text();
  await simulator.close();
  expect(response.status).toBe(status);
});

test("until gives up after its time, and when the simulator closes", async () => {
  const simulator = await startSimulator();
  await expect(simulator.until(() => false, 5)).rejects.toThrow("not met within 5 ms");
  const waiting = expect(simulator.until(() => false)).rejects.toThrow("the simulator closed");
  await simulator.close();
  await waiting;
});

test("remembers the last 1,000 requests", async () => {
  const simulator = await startSimulator();
  for (let i = 0; i < 1_005; i++) {
    const response = await fetch(simulator.url + OPENAI.path, { method: "POST", body: '{"model":"m+status=500"}' });
    await response.text();
  }
  await simulator.close();
  expect(simulator.requests).toHaveLength(1_000);
  expect(simulator.requests.at(-1)?.number).toBe(1_005);
});

test("describes every fault once, in one line", () => {
  const names = FAULTS.map((fault) => fault.name);
  expect(new Set(names).size).toBe(names.length);
  for (const { description } of FAULTS) expect(description).toMatch(/^[^\n]{10,110}$/u);
});
