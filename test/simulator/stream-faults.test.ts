import { describe, expect, test } from "vitest";
import { splitPieces } from "../../src/simulator/answer/split-pieces.ts";
import { STORY } from "../../src/simulator/answer/story.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { rawCall, startRawCall } from "./raw-call.ts";
import { FORMATS, OPENAI, textPieces } from "./wire-format.ts";

const PIECES = splitPieces(STORY);

describe.each(FORMATS)("over $name", (format) => {
  const ask = (fault: string, more: object = {}): object => ({
    ...format.request,
    model: `model${fault}`,
    stream: true,
    ...more,
  });

  test("a healthy model sends the whole story, one piece a write, to its finish reason and its end", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask(""));
    await simulator.close();
    expect(answer).toMatchObject({ status: 200, isWhole: true, end: "fin" });
    expect(answer.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(textPieces(answer.body)).toEqual(PIECES);
    expect(answer.chunkCount).toBeGreaterThan(PIECES.length);
    expect(answer.body.toString()).toContain(format.finish);
    expect(answer.body.toString()).toContain(format.done);
  });

  test.each([
    { fault: "cut=5", isWhole: true, end: "fin" },
    { fault: "fin=5", isWhole: false, end: "fin" },
    { fault: "rst=5", isWhole: false, end: "rst" },
    { fault: "malformed=5", isWhole: true, end: "fin" },
    { fault: "error=5", isWhole: true, end: "fin" },
    { fault: "half-utf8=5", isWhole: true, end: "fin" },
    { fault: "cut=0", isWhole: true, end: "fin" },
  ])("$fault ends the answer after the pieces that it names", async ({ fault, isWhole, end }) => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask(`+${fault}`));
    await simulator.until(({ openCount }) => openCount === 0);
    const [request] = simulator.requests;
    await simulator.close();
    const count = Number(fault.split("=")[1]);
    expect(answer).toMatchObject({ status: 200, isWhole, end });
    expect(textPieces(answer.body)).toEqual(PIECES.slice(0, count));
    expect(answer.body.toString()).not.toContain(format.finish);
    expect(request).toMatchObject({ sentPieces: count, end: { kind: isWhole ? "finished" : "cut" } });
  });

  test("malformed sends an event that is no JSON", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("+malformed=1"));
    await simulator.close();
    const last = answer.body.toString().trimEnd().split("data: ").at(-1) ?? "";
    expect(last).toContain("broken");
    expect(() => void JSON.parse(last)).toThrow(SyntaxError);
  });

  test("half-utf8 ends with the first byte of a character of two", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("+half-utf8=1"));
    await simulator.close();
    expect(answer.body.at(-1)).toBe(0xc3);
  });

  test("error carries the type that it is given", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("+error=2:rate_limit_error"));
    await simulator.close();
    expect(answer.body.toString()).toContain('"type":"rate_limit_error"');
  });

  test("no-terminal sends the whole text and neither a finish reason nor an end", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("+no-terminal"));
    await simulator.close();
    expect(answer.isWhole).toBe(true);
    expect(textPieces(answer.body)).toEqual(PIECES);
    expect(answer.body.toString()).not.toContain(format.finish);
    expect(answer.body.toString()).not.toContain(format.done);
  });

  test("no-done sends the finish reason and not what follows it", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("+no-done"));
    await simulator.close();
    expect(answer.body.toString()).toContain(format.finish);
    expect(answer.body.toString()).not.toContain(format.done);
  });

  test("stall stays silent after its pieces until the client closes", async () => {
    const simulator = await startSimulator();
    const call = startRawCall(simulator.url, format.path, ask("+stall=7"));
    await simulator.until(({ requests }) => requests[0]?.sentPieces === 7);
    // A whole other answer goes by in the meantime.
    await rawCall(simulator.url, format.path, ask(""));
    expect(simulator.requests[0]).toMatchObject({ sentPieces: 7, end: { kind: "open" } });
    call.close();
    await simulator.until(({ openCount, connectionCount }) => openCount === 0 && connectionCount === 0);
    const [request] = simulator.requests;
    await simulator.close();
    expect(textPieces((await call.answer).body)).toEqual(PIECES.slice(0, 7));
    expect(request).toMatchObject({ sentPieces: 7, end: { kind: "clientClosed" } });
  });

  test("stall-pings goes on with pings", async () => {
    const simulator = await startSimulator({ pingIntervalMs: 1 });
    const call = startRawCall(simulator.url, format.path, ask("+stall-pings=2"));
    await call.read(`${PIECES[1]}`);
    await simulator.until(({ requests }) => requests[0]?.sentPieces === 2);
    await call.read(format.ping);
    call.close();
    await simulator.until(({ openCount }) => openCount === 0);
    await simulator.close();
    expect(textPieces((await call.answer).body)).toEqual(PIECES.slice(0, 2));
  });

  test("split cuts events and characters and changes no byte of the text", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("+split=7"));
    await simulator.close();
    expect(textPieces(answer.body)).toEqual(PIECES);
    expect(answer.chunkCount).toBeGreaterThan(answer.body.length / 8);
  });

  test.each(["unknown-events", "empty-deltas"])("%s changes nothing of the text", async (fault) => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask(`+${fault}`));
    const healthy = await rawCall(simulator.url, format.path, ask(""));
    await simulator.close();
    expect(textPieces(answer.body)).toEqual(PIECES);
    expect(answer.body.length).toBeGreaterThan(healthy.body.length + 20 * PIECES.length);
  });

  test("an answer that is no stream can be cut inside its JSON", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("+cut=40", { stream: false }));
    await simulator.close();
    expect(answer).toMatchObject({ status: 200, isWhole: true });
    expect(() => void JSON.parse(answer.body.toString())).toThrow(SyntaxError);
  });

  test("an answer that is no stream comes with the status of its error", async () => {
    const simulator = await startSimulator();
    const answer = await rawCall(simulator.url, format.path, ask("+error=4:overloaded_error", { stream: false }));
    await simulator.close();
    expect(answer.status).toBe(529);
  });
});

test("late goes on making pieces after the client closed", async () => {
  const simulator = await startSimulator();
  const model = "model+drip=1+late=5000";
  const call = startRawCall(simulator.url, OPENAI.path, { ...OPENAI.request, model, stream: true });
  await call.read("night");
  call.close();
  await simulator.until(({ requests }) => (requests[0]?.latePieces ?? 0) > 3);
  const [request] = simulator.requests;
  await simulator.close();
  expect(request?.end.kind).toBe("clientClosed");
});

test("a client that closes ends the answer of a model that is not late", async () => {
  const simulator = await startSimulator();
  const model = "model+drip=1";
  const call = startRawCall(simulator.url, OPENAI.path, { ...OPENAI.request, model, stream: true });
  await call.read("night");
  call.close();
  await simulator.until(({ openCount }) => openCount === 0);
  // Whole other answers go by in the meantime.
  await rawCall(simulator.url, OPENAI.path, { ...OPENAI.request, model: "model+drip=1", max_tokens: 20, stream: true });
  const [request] = simulator.requests;
  await simulator.close();
  expect(request).toMatchObject({ latePieces: 0, end: { kind: "clientClosed" } });
  expect(request?.sentPieces).toBeLessThan(PIECES.length);
});

test.each([
  { fault: "drip=4", leastMs: 4 * 24 },
  { fault: "rate=200", leastMs: 5 * 24 },
  { fault: "slow-first=90", leastMs: 90 },
  { fault: "delay=90", leastMs: 90 },
])("$fault takes its time, streamed or not", async ({ fault, leastMs }) => {
  const simulator = await startSimulator();
  for (const stream of [true, false]) {
    const startedAtMs = performance.now();
    const body = { ...OPENAI.request, model: `model+content-filter-after=25+${fault}`, stream };
    await rawCall(simulator.url, OPENAI.path, body);
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(leastMs - 2);
  }
  await simulator.close();
});
