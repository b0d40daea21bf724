import { describe, expect, test } from "vitest";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { rawCall, startRawCall } from "./raw-call.ts";
import { ANTHROPIC, FORMATS, OPENAI, textPieces, type WireFormat } from "./wire-format.ts";

const DEPLOYMENT: WireFormat = { ...OPENAI, path: "/openai/deployments/gpt/chat/completions" };

test.each([
  { format: OPENAI, fault: "status=500", status: 500, code: '"type":"server_error"' },
  { format: OPENAI, fault: "status=503", status: 503, code: '"code":"server_is_overloaded"' },
  { format: OPENAI, fault: "status=429", status: 429, code: '"code":"rate_limit_exceeded"' },
  { format: OPENAI, fault: "unauthorized", status: 401, code: '"code":"invalid_api_key"' },
  { format: OPENAI, fault: "billing", status: 429, code: '"code":"insufficient_quota"' },
  { format: OPENAI, fault: "forbidden", status: 403, code: '"type":"request_forbidden"' },
  { format: OPENAI, fault: "not-found", status: 404, code: '"code":"model_not_found"' },
  { format: OPENAI, fault: "context-too-long", status: 400, code: '"code":"context_length_exceeded"' },
  { format: ANTHROPIC, fault: "status=500", status: 500, code: '"type":"api_error"' },
  { format: ANTHROPIC, fault: "status=529", status: 529, code: '"type":"overloaded_error"' },
  { format: ANTHROPIC, fault: "status=429", status: 429, code: '"type":"rate_limit_error"' },
  { format: ANTHROPIC, fault: "unauthorized", status: 401, code: '"type":"authentication_error"' },
  { format: ANTHROPIC, fault: "billing", status: 402, code: '"type":"billing_error"' },
  { format: ANTHROPIC, fault: "forbidden", status: 403, code: '"type":"permission_error"' },
  { format: ANTHROPIC, fault: "not-found", status: 404, code: '"type":"not_found_error"' },
  { format: ANTHROPIC, fault: "context-too-long", status: 400, code: "prompt is too long" },
])("$format.name answers $fault in the vendor's words", async ({ format, fault, status, code }) => {
  const simulator = await startSimulator();
  const answer = await rawCall(simulator.url, format.path, {
    ...format.request,
    model: `model+${fault}`,
    stream: true,
  });
  await simulator.close();
  expect(answer).toMatchObject({ status, isWhole: true });
  expect(answer.headers["content-type"]).toBe("application/json");
  expect(answer.headers[format === OPENAI ? "x-request-id" : "request-id"]).toMatch(/^req_/u);
  expect(answer.body.toString()).toContain(code);
});

test.each([
  { format: OPENAI, fault: "retry-after=2", name: "retry-after", value: /^2$/u, status: 429 },
  { format: OPENAI, fault: "status=503+retry-after=7", name: "retry-after", value: /^7$/u, status: 503 },
  { format: ANTHROPIC, fault: "retry-after=7+status=529", name: "retry-after", value: /^7$/u, status: 529 },
  { format: OPENAI, fault: "retry-after-ms=250", name: "retry-after-ms", value: /^250$/u, status: 429 },
  { format: OPENAI, fault: "retry-after-date=30", name: "retry-after", value: /GMT$/u, status: 429 },
  { format: OPENAI, fault: "rate-limit-reset=2000", name: "x-ratelimit-reset-requests", value: /^2s$/u, status: 429 },
  {
    format: ANTHROPIC,
    fault: "rate-limit-reset=2000",
    name: "anthropic-ratelimit-requests-reset",
    value: /^\d{4}-.*Z$/u,
    status: 429,
  },
])("$format.name sends the header of $fault", async ({ format, fault, name, value, status }) => {
  const simulator = await startSimulator();
  const answer = await rawCall(simulator.url, format.path, { ...format.request, model: `model+${fault}` });
  await simulator.close();
  expect(answer.status).toBe(status);
  expect(answer.headers[name]).toMatch(value);
});

describe.each(FORMATS)("over $name", (format) => {
  const ask = (fault: string): object => ({ ...format.request, model: `model+${fault}`, stream: true });

  test.each([
    { fault: "html", status: 502 },
    { fault: "html-200", status: 200 },
  ])("$fault is a page", async ({ fault, status }) => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask(fault));
    await simulator.close();
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toContain("text/html");
    expect(answer.body.toString()).toMatch(/^<!DOCTYPE html>/u);
  });

  test("garbage is 4 KiB that are not UTF-8", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("garbage"));
    await simulator.close();
    expect(answer.body).toHaveLength(4_096);
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(answer.body)).toThrow(TypeError);
  });

  test("flood sends megabytes without a line break", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("flood=2"));
    await simulator.close();
    expect(answer.body).toHaveLength(2_000_000);
    expect(answer.body.includes("\n")).toBe(false);
  });

  test("flood stops when the client closes", async () => {
    const simulator = await startSimulator();
    const call = startRawCall(simulator.url, format.path, ask("flood"));
    await call.read("xxx");
    call.close();
    await simulator.until(({ openCount }) => openCount === 0);
    expect(simulator.requests[0]?.end.kind).toBe("clientClosed");
    await simulator.close();
  });

  test("reset-before resets before any byte", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("reset-before"));
    await simulator.close();
    expect(answer).toMatchObject({ status: 0, end: "rst" });
  });

  test("hang sends nothing, and ends when the simulator closes", async () => {
    const simulator = await startSimulator();
    const call = startRawCall(simulator.url, format.path, ask("hang"));
    await simulator.until(({ openCount }) => openCount === 1);
    await rawCall(simulator.url, format.path, ask("status=500"));
    expect(simulator.requests[0]).toMatchObject({ status: undefined, end: { kind: "open" } });
    await simulator.close();
    expect((await call.answer).status).toBe(0);
    expect(simulator.requests[0]?.end.kind).toBe("cut");
  });

  test("hang-body sends the headers and no body", async () => {
    const simulator = await startSimulator();
    const call = startRawCall(simulator.url, format.path, ask("hang-body"));
    await call.read("200 OK");
    call.close();
    await simulator.until(({ openCount }) => openCount === 0);
    await simulator.close();
    expect((await call.answer).body).toHaveLength(0);
  });

  test("pings-only sends pings and no text", async () => {
    const simulator = await startSimulator({ pingIntervalMs: 1 });
    const call = startRawCall(simulator.url, format.path, ask("pings-only"));
    await call.read(format.ping);
    call.close();
    await simulator.until(({ openCount }) => openCount === 0);
    await simulator.close();
    expect(textPieces((await call.answer).body)).toEqual([]);
  });

  test("refuse-prefill refuses a last turn of the assistant's and nothing else", async () => {
    const simulator = await startSimulator();
    const turns = [
      { role: "user", content: "Go." },
      { role: "assistant", content: "The night" },
    ];
    const healthy = await rawCall(simulator.url, format.path, ask("refuse-prefill"));
    const refused = await rawCall(simulator.url, format.path, { ...ask("refuse-prefill"), messages: turns });
    await simulator.close();
    expect(healthy.status).toBe(200);
    expect(refused.status).toBe(400);
    expect(refused.body.toString()).toContain("prefill");
  });

  test("flap fails every other group of requests", async () => {
    const simulator = await startSimulator();
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await rawCall(simulator.url, format.path, ask("flap=2"))).status);
    await simulator.close();
    expect(statuses).toEqual([200, 200, 503, 503, 200, 200]);
  });

  test("times lets the other faults go after so many requests", async () => {
    const simulator = await startSimulator();
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await rawCall(simulator.url, format.path, ask("html+times=1"))).status);
    await simulator.close();
    expect(statuses).toEqual([502, 200, 200]);
  });

  test("an unknown fault is refused with the nearest known one", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("stal=4"));
    await simulator.close();
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain('did you mean \\"stall\\"?');
  });
});

test.each([
  { format: OPENAI, status: 200, says: '"finish_reason":"content_filter"' },
  { format: ANTHROPIC, status: 200, says: '"stop_reason":"refusal"' },
  { format: DEPLOYMENT, status: 400, says: '"code":"content_filter"' },
])("content-filter at $format.path refuses without text", async ({ format, status, says }) => {
  const simulator = await startSimulator();
  const answer = await rawCall(simulator.url, format.path.replace("gpt", "gpt%2Bcontent-filter"), {
    ...format.request,
    model: "model+content-filter",
    stream: true,
  });
  await simulator.close();
  expect(answer.status).toBe(status);
  expect(textPieces(answer.body)).toEqual([]);
  expect(answer.body.toString()).toContain(says);
});
