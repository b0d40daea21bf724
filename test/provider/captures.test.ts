/** Recorded answers of vendors, as `test/fixtures/captures` holds them with their sources, read over HTTP. */

import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Dialect, Platform } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { AttemptOutcome } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { UpstreamEvent } from "../../src/call/upstream.ts";
import type { FailureKind, UpstreamFailure } from "../../src/call/upstream-failure.ts";
import { UPSTREAM_FAILURES } from "../../src/failover/failure-classes.ts";
import { createStaticKey } from "../../src/provider/auth/static-key.ts";
import { createUpstream } from "../../src/provider/create-upstream.ts";
import { sumUp } from "./read-answer.ts";
import { CAPTURES, type Capture, ERRORS, type ErrorCapture, finishOf, readCapture } from "./read-captures.ts";
import { resolves } from "./route-settings.ts";
import { type ServedUpstream, servesUpstream } from "./serve-upstream.ts";
import { asks } from "./upstream-request.ts";

/** Answers with what the next call is to read. */
let answer: (response: ServerResponse) => void;
let served: ServedUpstream;

beforeAll(async () => {
  served = await servesUpstream((_request, response) => answer(response));
});

afterAll(() => served[Symbol.asyncDispose]());

async function calls(dialect: Capture["dialect"]): Promise<UpstreamEvent[]> {
  const settings = resolves({
    platform: Platform.COMPATIBLE,
    dialect: dialect === "openai-chat" ? Dialect.OPENAI_CHAT : Dialect.ANTHROPIC_MESSAGES,
    endpoint: served.endpoint,
  });
  const { upstream, close } = createUpstream(settings, createStaticKey("bearer", "key"));
  const events: UpstreamEvent[] = [];
  for await (const event of upstream(asks(), new AbortController().signal)) events.push(event);
  await close();
  return events;
}

/** Writes a body in pieces, each in a turn of the event loop of its own. */
async function writesInPieces(response: ServerResponse, body: Buffer, size: number): Promise<void> {
  for (let from = 0; from < body.length; from += size) {
    response.write(body.subarray(from, from + size));
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

/** The latest number of each kind. */
function usageOf(events: readonly UpstreamEvent[]): Record<string, bigint | undefined> {
  const latest: Record<string, bigint | undefined> = {};
  for (const event of events) {
    if (event.kind !== "usage") continue;
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } = event.usage;
    const given = {
      in: inputTokens,
      out: outputTokens,
      cacheRead: cacheReadTokens,
      cacheWrite: cacheWriteTokens,
      reasoning: reasoningTokens,
    };
    for (const [name, tokens] of Object.entries(given)) if (tokens !== undefined) latest[name] = tokens;
  }
  return latest;
}

const SIZES = [Number.POSITIVE_INFINITY, 997, 61];

test.each(CAPTURES.flatMap((capture) => SIZES.map((size) => [capture.file, capture.why, size, capture] as const)))(
  "%s: %s, in pieces of %s bytes",
  async (file, _why, size, capture) => {
    const body = readCapture(file);
    answer = (response) => {
      response.writeHead(capture.status, { "content-type": capture.headers["content-type"] ?? "text/event-stream" });
      void writesInPieces(response, body, Math.min(size, body.length));
    };
    const events = await calls(capture.dialect);
    const { expected } = capture;
    if (expected === undefined) throw new Error(`${file} says nothing of what is expected`);
    const told = sumUp(events);
    expect(told.text).toBe(expected.text);
    if (expected.error !== null)
      return expect(events.at(-1)).toMatchObject({ kind: "failed", failure: { kind: "model-failed" } });
    expect(told.reasoning).toBe(expected.reasoning);
    expect(told.calls.map(({ name, argumentsJson }) => [name, JSON.parse(argumentsJson)])).toEqual(
      expected.calls.filter(({ broken }) => !broken).map((call) => [call.name, JSON.parse(call.arguments)]),
    );
    expect(told.end).toBe(finishOf(capture));
    const usage = usageOf(events);
    for (const [name, tokens] of Object.entries(expected.usage))
      expect([name, usage[name]]).toEqual([name, BigInt(tokens)]);
  },
);

/** The kind that each judgement of the table stands for. Several where the engine does the same after each. */
const KINDS: Readonly<Record<string, readonly FailureKind[]>> = {
  "model-failed (switch)": ["model-failed"],
  "unsupported-parameter (switch)": ["unsupported-field", "invalid-request"],
  "unsupported-value (skip before sending)": ["unsupported-field", "invalid-request"],
  "unsupported-content (switch)": ["invalid-request"],
  "unsupported-content (switch, no breaker)": ["invalid-request"],
  "context-too-long": ["context-too-long"],
  "not-found": ["not-found"],
  "rate-limited, 1 s": ["rate-limited"],
  "rate-limited, until x-ratelimit-reset": ["rate-limited"],
  "misconfigured (tools without --jinja)": ["missing-feature"],
  "reasoning-missing (the gateway dropped it)": ["signature-refused"],
  "signature-missing (the gateway dropped it)": ["signature-refused"],
  "quota-exhausted": ["quota-exhausted"],
  billing: ["billing"],
  unauthenticated: ["unauthenticated"],
  "too-large for this account (switch, route stays)": ["over-allowance"],
};

async function failsWith({ dialect, status, headers, body }: ErrorCapture): Promise<UpstreamFailure> {
  answer = (response) => void response.writeHead(status, headers).end(body);
  const last = (await calls(dialect)).at(-1);
  if (last?.kind !== "failed") throw new Error(`the call ended with ${last?.kind}`);
  return last.failure;
}

test.each(ERRORS.map((error) => [error.id, error.provider, error.expected, error] as const))(
  "the error %s of %s is %s",
  async (_id, _provider, expected, error) => {
    const failure = await failsWith(error);
    const kinds = KINDS[expected];
    if (kinds !== undefined) return expect(kinds).toContain(failure.kind);
    expect(expected).toBe("as seen");
    expect(UPSTREAM_FAILURES[failure.kind].outcome).toBe(AttemptOutcome[error.seen.outcome]);
    expect(failure.kind === "context-too-long").toBe(error.seen.reason === "CONTEXT_TOO_LONG");
  },
);

test("the times that recorded rate limits name are found", async () => {
  const azure = ERRORS.find(({ id }) => id === "03200");
  expect(azure && (await failsWith(azure)).retryAfterMs).toBe(1_000);
});
