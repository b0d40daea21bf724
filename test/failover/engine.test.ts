import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { pass } from "./pass.ts";
import { cutsAfter, finished, hangsAfter, OPENED, pick, plan, route, says, start, text } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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
