import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { splitPieces } from "../../src/simulator/answer/split-pieces.ts";
import { STORY } from "../../src/simulator/answer/story.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { type RawAnswer, rawCall } from "./raw-call.ts";
import { FORMATS, textPieces, type WireFormat } from "./wire-format.ts";

const PIECES = splitPieces(STORY);

async function ask(format: WireFormat, fault: string): Promise<{ answer: RawAnswer; tookMs: number }> {
  const simulator = await startSimulator();
  const startedAtMs = performance.now();
  const answer = await rawCall(simulator.url, format.path, { ...format.request, model: `m+${fault}`, stream: true });
  await simulator.close();
  return { answer, tookMs: performance.now() - startedAtMs };
}

describe.each(FORMATS)("over $name", (format) => {
  test.each(["pause=5:300", "pause=1000000:300", "pause=0:300"])("%s only delays the answer", async (fault) => {
    const { answer, tookMs } = await ask(format, fault);
    expect(textPieces(answer.body)).toEqual(PIECES);
    expect(answer.body.toString()).toContain(format.done);
    expect(tookMs).toBeGreaterThanOrEqual(299);
  });

  test("a pause behind a reset's name comes before the reset, so that all pieces arrive", async () => {
    const { answer } = await ask(format, "rst=5+pause=5:200");
    expect(answer.end).toBe("rst");
    expect(textPieces(answer.body)).toEqual(PIECES.slice(0, 5));
  });

  test("a cut behind the finish reason leaves out what follows that", async () => {
    const { answer } = await ask(format, "finish-first+cut=1000000");
    expect(textPieces(answer.body)).toEqual(PIECES);
    expect(answer.body.toString()).toContain(format.finish);
    expect(answer.body.toString()).not.toContain(format.done);
  });

  test("an answer may lose its last piece and keep its end", async () => {
    const { answer } = await ask(format, "lose-last");
    expect(textPieces(answer.body)).toEqual(PIECES.slice(0, -1));
    expect(answer.body.toString()).toContain(format.done);
  });

  test("a compressed body is the same body", async () => {
    const { answer } = await ask(format, "gzip");
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect(textPieces(gunzipSync(answer.body))).toEqual(PIECES);
  });

  test("a connection may be closed before the headers", async () => {
    const { answer } = await ask(format, "fin-before");
    expect(answer).toMatchObject({ status: 0, end: "fin" });
  });
});
