import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { AttemptOutcome, ErrorReason, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason, SwitchMode, SwitchReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import {
  cutsAfter,
  failed,
  finished,
  hangsAfter,
  OPENED,
  pick,
  plan,
  request,
  route,
  says,
  start,
  text,
} from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Lets everything happen that happens within `ms`. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("an answer without trouble", () => {
  test("begins with started, ends with completed and counts without gaps", async () => {
    const seen = start(plan([route("a", [says("Once ", "upon ", "a time.")])]));
    await pass(10);
    expect(seen.text).toBe("Once upon a time.");
    expect(seen.events.at(0)?.event.case).toBe("started");
    expect(seen.events.at(-1)?.event.case).toBe("completed");
    expect(seen.events.map(({ sequence }) => sequence)).toEqual(seen.events.map((_, index) => BigInt(index + 1)));
    expect(seen.refusal).toBeUndefined();
  });

  test("tells length, hash, tokens and who served", async () => {
    const seen = start(plan([route("a", [says("Café ☕")])]));
    await pass(10);
    const [completed] = pick(seen, "completed");
    expect(completed?.textBytes).toBe(BigInt(Buffer.byteLength("Café ☕")));
    expect(completed?.textSha256).toBe(createHash("sha256").update("Café ☕").digest("hex"));
    expect(completed?.usage).toMatchObject({ source: UsageSource.REPORTED, inputTokens: 10n, outputTokens: 5n });
    expect(completed?.servedBy).toMatchObject([{ route: "a", model: "a-model" }]);
    expect(completed?.finishReason).toBe(FinishReason.STOP);
  });
});

describe("a whole answer whose usage is still to come", () => {
  const answered = { kind: "answered", reason: FinishReason.STOP } as const;

  test("is not left for being silent", async () => {
    const b = route("b", [says("No.")]);
    const seen = start(plan([route("a", [[OPENED, text("Hello."), answered, 60_000, finished()]]), b]));
    await pass(60_001);
    expect(seen.text).toBe("Hello.");
    expect(b.requests).toEqual([]);
  });

  test("is not lost to the deadline", async () => {
    const planned = plan([route("a", [[OPENED, text("Hello."), answered, Number.POSITIVE_INFINITY]])]);
    const seen = start({ ...planned, deadlineAtMs: planned.startedAtMs + 1_000 });
    await pass(1_001);
    expect(pick(seen, "completed")).toMatchObject([
      { finishReason: FinishReason.STOP, usage: { source: UsageSource.UNKNOWN } },
    ]);
  });
});

describe("before any text", () => {
  test.each([
    ["server-error", SwitchReason.FAILED, AttemptOutcome.FAILED, "failed"],
    ["overloaded", SwitchReason.FAILED, AttemptOutcome.FAILED, "failed"],
    ["rate-limited", SwitchReason.RATE_LIMITED, AttemptOutcome.RATE_LIMITED, "neutral"],
    ["unauthenticated", SwitchReason.MISCONFIGURED, AttemptOutcome.MISCONFIGURED, "neutral"],
    ["connect-timeout", SwitchReason.TIMED_OUT, AttemptOutcome.TIMED_OUT, "failed"],
    ["malformed", SwitchReason.FAILED, AttemptOutcome.FAILED, "failed"],
    ["truncated", SwitchReason.FAILED, AttemptOutcome.FAILED, "failed"],
  ] as const)("%s restarts on the backup", async (kind, reason, outcome, verdict) => {
    const a = route("a", [[failed(kind)]], { retries: 0 });
    const seen = start(plan([a, route("b", [says("Hello.")])]));
    await pass(10);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "routeSwitched")).toMatchObject([
      { from: "a", to: "b", reason, mode: SwitchMode.RESTARTED, atUtf8Byte: 0n },
    ]);
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([{ route: "a", outcome }, { route: "b" }]);
    expect(a.verdicts).toEqual([verdict]);
  });

  test("a silent primary is left at the first-token timeout", async () => {
    const seen = start(plan([route("a", [[OPENED, Number.POSITIVE_INFINITY]]), route("b", [says("Hello.")])]));
    await pass(14_999);
    expect(seen.text).toBe("");
    await pass(2);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "routeSwitched")).toMatchObject([{ reason: SwitchReason.TIMED_OUT, gap: { seconds: 15n } }]);
  });

  test("pings are no progress", async () => {
    const pings = Array.from({ length: 20 }, () => [1_000, { kind: "alive" as const }]).flat();
    const seen = start(
      plan([route("a", [[OPENED, ...pings, Number.POSITIVE_INFINITY]]), route("b", [says("Hello.")])]),
    );
    await pass(15_001);
    expect(seen.text).toBe("Hello.");
  });

  test("a quick server error is asked again once on the same route, without an event", async () => {
    const a = route("a", [[failed("server-error", { status: 503 })], says("Hello.")]);
    const seen = start(plan([a, route("b", [says("Other.")])]));
    await pass(200);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "routeSwitched")).toEqual([]);
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([{ retry: false }, { retry: true, route: "a" }]);
  });

  test("a slow server error is not asked again", async () => {
    const seen = start(
      plan([route("a", [[2_500, failed("server-error", { status: 503 })]]), route("b", [says("Hello.")])]),
    );
    await pass(2_501);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "completed")[0]?.attempts).toHaveLength(2);
  });

  test("a short Retry-After is waited for on the same route", async () => {
    const a = route("a", [[failed("rate-limited", { retryAfterMs: 700 })], says("Hello.")]);
    const seen = start(plan([a, route("b", [says("Other.")])]));
    await pass(699);
    expect(seen.text).toBe("");
    await pass(10);
    expect(seen.text).toBe("Hello.");
    expect(a.effects).toEqual([]);
  });

  test("a short Retry-After rests the route after all where it may not be asked again", async () => {
    const full = { kind: "refused", reason: SkipReason.AT_CAPACITY, message: "is full", retryAtMs: undefined } as const;
    const a = route("a", [[failed("rate-limited", { retryAfterMs: 700 })]], { readmission: full });
    const seen = start(plan([a, route("b", [says("Hello.")])]));
    await pass(710);
    expect(seen.text).toBe("Hello.");
    expect(a.effects).toEqual(["cooled down 700"]);
  });

  test("a longer Retry-After rests the route and asks the backup at once", async () => {
    const a = route("a", [[failed("rate-limited", { retryAfterMs: 30_000 })]]);
    const seen = start(plan([a, route("b", [says("Hello.")])]));
    await pass(10);
    expect(seen.text).toBe("Hello.");
    expect(a.effects).toEqual(["cooled down 30000"]);
  });

  test("the caller's own fault ends the call and asks nobody else", async () => {
    const b = route("b", [says("Hello.")]);
    const seen = start(plan([route("a", [[failed("invalid-request", { status: 400 })]]), b]));
    await pass(10);
    expect(seen.refusal?.reason).toBe(ErrorReason.INVALID_REQUEST);
    expect(b.requests).toEqual([]);
  });

  test("a request that only another dialect refuses leaves the first error in charge", async () => {
    const a = route("a", [[failed("overloaded")]]);
    const b = route("b", [[failed("invalid-request", { status: 400 })]], { dialectVersion: "other/1" });
    const seen = start(plan([a, b]));
    await pass(10);
    expect(seen.refusal?.reason).toBe(ErrorReason.ALL_ROUTES_FAILED);
  });

  test("a content filter is not routed around unless the policy says so", async () => {
    const routes = [route("a", [[failed("content-filtered")]]), route("b", [says("Hello.")])];
    const refused = start(plan(routes));
    const rerouted = start(plan(routes, { reroutesContentFilter: true }));
    await pass(10);
    expect(refused.refusal?.reason).toBe(ErrorReason.CONTENT_FILTERED);
    expect(rerouted.text).toBe("Hello.");
  });

  test("a conversation that is too long goes only to a larger window", async () => {
    const small = route("small", [[failed("context-too-long")]], { capabilities: { contextWindowTokens: 8_000n } });
    const same = route("same", [says("No.")], { capabilities: { contextWindowTokens: 8_000n } });
    const large = route("large", [says("Hello.")], { capabilities: { contextWindowTokens: 200_000n } });
    const seen = start(plan([small, same, large]));
    await pass(10);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "completed")[0]?.skips).toMatchObject([{ route: "same", reason: SkipReason.UNSUPPORTED }]);
  });
});

describe("in the middle of the text", () => {
  test("a stalled primary is continued by the backup after the stall timeout", async () => {
    const b = route("b", [says(" upon", " a time.")]);
    const seen = start(plan([route("a", [hangsAfter("Once", " upon")]), b], {}));
    await pass(20_001);
    expect(b.requests[0]?.continuation).toEqual({ form: "instruct", text: "Once upon", instruction: "Go on." });
    expect(pick(seen, "routeSwitched")).toMatchObject([
      { reason: SwitchReason.STALLED, mode: SwitchMode.CONTINUED, atUtf8Byte: 9n, gap: { seconds: 20n } },
    ]);
  });

  test("a cut primary is continued at once", async () => {
    const seen = start(plan([route("a", [cutsAfter("Once ", "upon ")]), route("b", [says("a ", "time.")])]));
    await pass(1_000);
    expect(seen.text).toBe("Once upon a time.");
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([
      { outcome: AttemptOutcome.FAILED, deliveredBytes: 10n, usage: { source: UsageSource.ESTIMATED } },
      { outcome: AttemptOutcome.COMPLETED, deliveredBytes: 7n, mode: SwitchMode.CONTINUED },
    ]);
  });

  test("a second switch continues everything that was delivered", async () => {
    const c = route("c", [says("three.")]);
    const seen = start(plan([route("a", [cutsAfter("one ")]), route("b", [cutsAfter("two ")]), c]));
    await pass(1_000);
    expect(seen.text).toBe("one two three.");
    expect(c.requests[0]?.continuation?.text).toBe("one two");
    expect(pick(seen, "routeSwitched").map(({ to }) => to)).toEqual(["b", "c"]);
  });

  test("a refused prefill is asked again by instruction", async () => {
    const b = route("b", [[failed("prefill-refused", { status: 400 })], says("a time.")], {
      capabilities: { continuation: Continuation.PREFILL },
    });
    const seen = start(plan([route("a", [cutsAfter("Once upon ")]), b]));
    await pass(1_000);
    expect(seen.text).toBe("Once upon a time.");
    expect(b.requests.map(({ continuation }) => continuation?.form)).toEqual(["prefill", "instruct"]);
    expect(pick(seen, "routeSwitched")).toMatchObject([{ reason: SwitchReason.FAILED }]);
  });

  test("a backup that starts over and goes another way fails, and the next one continues", async () => {
    const beginning = "It was a bright cold day in April, and the clocks were striking thirteen. ";
    const b = route("b", [says(beginning.slice(0, 70), "but not here.")]);
    const seen = start(plan([route("a", [cutsAfter(beginning, "Winston ")]), b, route("c", [says("Smith.")])]));
    await pass(1_000);
    expect(seen.text).toBe(`${beginning}Winston Smith.`);
    expect(b.verdicts).toEqual(["neutral"]);
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([
      {},
      { outcome: AttemptOutcome.BAD_ANSWER, deliveredBytes: 0n },
      {},
    ]);
  });

  test("a backup that starts over is skipped up to the end of what was delivered", async () => {
    const beginning = "It was a bright cold day in April, and the clocks were striking thirteen. ";
    const seen = start(plan([route("a", [cutsAfter(beginning)]), route("b", [says(beginning, "Winston.")])]));
    await pass(1_000);
    expect(seen.text).toBe(`${beginning}Winston.`);
    expect(pick(seen, "routeSwitched")).toMatchObject([{ trimmedBytes: BigInt(beginning.length) }]);
  });

  test("a route that cannot continue is skipped", async () => {
    const b = route("b", [says("No.")], { capabilities: { continuation: Continuation.NONE } });
    const seen = start(plan([route("a", [cutsAfter("Once ")]), b, route("c", [says("more.")])]));
    await pass(1_000);
    expect(seen.text).toBe("Once more.");
    expect(pick(seen, "completed")[0]?.skips).toMatchObject([{ route: "b", reason: SkipReason.UNSUPPORTED }]);
  });

  test("without a legal switch the call is interrupted and says how far it came", async () => {
    const seen = start(
      plan([route("a", [cutsAfter("Once ")]), route("b", [says("No.")])], { switchesAfterText: false }),
    );
    await pass(1_000);
    expect(seen.text).toBe("Once ");
    expect(seen.refusal).toMatchObject({
      reason: ErrorReason.ANSWER_INTERRUPTED,
      report: { deliveredBytes: 5n, resumable: true },
    });
    expect(pick(seen, "completed")).toEqual([]);
  });

  test("an answer that has nearly all its tokens is completed by length instead of continued", async () => {
    const pieces = ["a".repeat(330)];
    const seen = start(
      plan([route("a", [cutsAfter(...pieces)]), route("b", [says("more")])], {
        request: request({ maxOutputTokens: 100 }),
      }),
    );
    await pass(1_000);
    expect(pick(seen, "completed")).toMatchObject([{ finishReason: FinishReason.LENGTH }]);
  });

  test("the continuation gets the tokens that are left", async () => {
    const b = route("b", [says("more")]);
    start(plan([route("a", [cutsAfter("a".repeat(35))]), b], { request: request({ maxOutputTokens: 100 }) }));
    await pass(1_000);
    expect(b.requests[0]?.maxOutputTokens).toBe(90);
  });

  test("a stop sequence that spans the seam ends the answer, and its delivered half stays", async () => {
    const seen = start(
      plan([route("a", [cutsAfter("one EN")]), route("b", [says("D two")])], {
        request: request({ stopSequences: ["END"] }),
      }),
    );
    await pass(1_000);
    expect(seen.text).toBe("one EN");
    expect(pick(seen, "completed")).toMatchObject([{ finishReason: FinishReason.STOP }]);
  });
});

describe("an answer that is held back", () => {
  test("restarts cleanly when the primary is cut in the middle", async () => {
    const seen = start(
      plan([route("a", [cutsAfter("Once ")]), route("b", [says("Another.")])], { holdsBackAnswer: true }),
    );
    await pass(1_000);
    expect(seen.text).toBe("Another.");
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([{ discardedBytes: 5n }, { discardedBytes: 0n }]);
  });
});

describe("when nothing works", () => {
  test("every route failed: the report has all attempts", async () => {
    const down = [[failed("server-error", { status: 503 })]];
    const seen = start(plan([route("a", down, { retries: 0 }), route("b", down, { retries: 0 })]));
    await pass(1_000);
    expect(seen.refusal).toMatchObject({
      reason: ErrorReason.ALL_ROUTES_FAILED,
      report: {
        attempts: [
          { route: "a", upstreamStatus: 503 },
          { route: "b", upstreamStatus: 503 },
        ],
      },
    });
    expect(seen.refusal?.retryAfterMs).toBeGreaterThan(0);
  });

  test("every route rests: the refusal says when to come back", async () => {
    const resting = {
      kind: "refused",
      reason: SkipReason.COOLING_DOWN,
      message: "rests",
      retryAtMs: Date.now() + 7_000,
    } as const;
    const seen = start(plan([route("a", [says("No.")], { admission: resting })]));
    await pass(10);
    expect(seen.events).toEqual([]);
    expect(seen.refusal?.reason).toBe(ErrorReason.COOLING_DOWN);
    expect(seen.refusal?.retryAfterMs).toBeGreaterThan(6_000);
  });

  test("the deadline ends the call and leaves time for the next route before that", async () => {
    const b = route("b", [hangsAfter()]);
    const planned = plan([route("a", [hangsAfter()]), b]);
    const seen = start({ ...planned, deadlineAtMs: planned.startedAtMs + 4_000 });
    await pass(2_001);
    expect(b.requests).toHaveLength(1);
    await pass(2_000);
    expect(seen.refusal?.reason).toBe(ErrorReason.DEADLINE_EXCEEDED);
    expect(b.open).toBe(0);
  });
});

describe("a route that is open", () => {
  const open = { kind: "refused", reason: SkipReason.BREAKER_OPEN, message: "is open", retryAtMs: undefined } as const;

  test("is not probed early for a call that another route was tried for", async () => {
    const a = route("a", [[failed("unreachable")], says("No.")], { readmission: open });
    const b = route("b", [says("No.")], { admission: open });
    const seen = start(plan([a, b]));
    await pass(1_000);
    expect(seen.refusal?.reason).toBe(ErrorReason.ALL_ROUTES_FAILED);
    expect([a.requests.length, b.requests.length]).toEqual([1, 0]);
  });
});

test("a backup's content filter behind another's text is no end: the next route continues", async () => {
  const b = route("b", [[failed("content-filtered")]]);
  const seen = start(plan([route("a", [cutsAfter("Once ")]), b, route("c", [says("more.")])]));
  await pass(1_000);
  expect(seen.text).toBe("Once more.");
});

describe("the client", () => {
  test("goes away: the upstream is closed at once and the breaker learns nothing", async () => {
    const a = route("a", [hangsAfter("Once ")]);
    const client = new AbortController();
    const seen = start(plan([a]), client.signal);
    await pass(100);
    client.abort();
    expect(a.open).toBe(0);
    await pass(1);
    expect(seen.ended).toBe(true);
    expect(a.verdicts).toEqual(["neutral"]);
  });

  test("gets a heartbeat after 10 s without another event", async () => {
    const seen = start(plan([route("a", [[OPENED, text("Once "), 14_000, text("more"), 14_000, finished()]])]));
    await pass(28_001);
    expect(seen.events.map(({ event }) => event.case)).toEqual([
      "started",
      "textDelta",
      "heartbeat",
      "textDelta",
      "heartbeat",
      "completed",
    ]);
  });
});
