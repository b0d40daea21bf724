import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FinishReason, ReasoningOptionsSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { AttemptOutcome, ErrorReason, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason, SwitchMode, SwitchReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { pass } from "./pass.ts";
import {
  type Beat,
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
  usage,
} from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What the ledger says of each attempt. */
function words(seen: ReturnType<typeof start>): string[] {
  return pick(seen, "completed").flatMap(({ attempts }) => attempts.map(({ message }) => message));
}

describe("an answer that is none", () => {
  test.each([
    ["without a word", [OPENED, finished()], "it ended without a word"],
    ["of white space", [OPENED, text(" \n\n"), finished()], "it ended without a word"],
    ["that calls no tool", [OPENED, finished(FinishReason.TOOL_CALLS)], "it ended for a tool call and made none"],
  ])("%s is asked of the next route", async (_, beats, message) => {
    const seen = start(plan([route("a", [beats]), route("b", [says("Yes.")])], {}));
    await pass(1_000);
    expect(seen.text.trim()).toBe("Yes.");
    expect(words(seen)[0]).toBe(message);
  });

  test("that adds nothing in mid-sentence is asked of the next route; behind a sentence it is whole", async () => {
    const nothing = [OPENED, finished()];
    const seen = start(
      plan([route("a", [cutsAfter("Once upon")]), route("b", [nothing]), route("c", [says(" a time.")])], {}),
    );
    const whole = start(plan([route("a", [cutsAfter("Once upon a time.")]), route("b", [nothing])], {}));
    await pass(1_000);
    expect(seen.text).toBe("Once upon a time.");
    expect(words(seen)[1]).toBe("it added nothing to an answer that stopped in mid-sentence");
    expect(pick(whole, "completed")).toMatchObject([{ finishReason: FinishReason.STOP }]);
  });

  test("may be empty where a stop sequence may have ended it", async () => {
    const seen = start(plan([route("a", [[OPENED, finished()]])], { request: request({ stopSequences: ["END"] }) }));
    await pass(1_000);
    expect(pick(seen, "completed")).toMatchObject([{ finishReason: FinishReason.STOP }]);
  });
});

describe("the tokens that are left", () => {
  test.each([
    ["are asked for where they are more than a tenth", "Hel", 16, 15],
    ["are counted by the script", "语".repeat(150), 200, 50],
  ])("%s", async (_, delivered, maxOutputTokens, left) => {
    const b = route("b", [says(" more.")]);
    start(plan([route("a", [cutsAfter(delivered)]), b], { request: request({ maxOutputTokens }) }));
    await pass(1_000);
    expect(b.requests[0]?.maxOutputTokens).toBe(left);
  });
});

test("an answer that no route can go on with is not called resumable", async () => {
  const none = { capabilities: { continuation: Continuation.NONE } };
  const [a, b] = [route("a", [cutsAfter("Once ")], none), route("b", [says("more.")], none)];
  const seen = start(plan([a, b]));
  await pass(1_000);
  expect(seen.refusal?.report).toMatchObject({ deliveredBytes: 5n, resumable: false });
});

describe("the tokens that are left", () => {
  const said = Array.from({ length: 100 }, () => " lighthouse");

  test.each<[string, Beat[], number]>([
    ["are counted by the pieces where those are words", said.map(text), 100],
    ["are counted by the script where the pieces are longer", [text(said.join(""))], Math.ceil(1_100 / 3.5)],
    ["are counted by the script where the pieces are letters", Array.from(said.join(""), text), Math.ceil(1_100 / 3.5)],
    ["are counted by the upstream's own count that came behind the text", [...said.map(text), usage(10n, 130n)], 130],
    ["are not counted by what the upstream said before the text", [usage(10n, 1n), ...said.map(text)], 100],
  ])("%s", async (_, script, spent) => {
    const b = route("b", [says(" more.")]);
    const limited = request({ maxOutputTokens: 1_000 });
    start(plan([route("a", [[OPENED, ...script, failed("cut")]]), b], { request: limited }));
    await pass(1_000);
    expect(b.requests[0]?.maxOutputTokens).toBe(1_000 - spent);
  });
});

describe("what was left out at the seam", () => {
  test("is told in the end where the switch was told before it was known", async () => {
    const b = route("b", [
      [OPENED, { kind: "reasoning", text: "Hm." }, text("counted the ships each evening: three"), finished()],
    ]);
    const seen = start(
      plan([route("a", [cutsAfter("He counted the ships each evening")]), b], {
        request: request({ reasoning: create(ReasoningOptionsSchema, { include: true }) }),
      }),
    );
    await pass(1_000);
    expect(seen.text).toBe("He counted the ships each evening: three");
    expect(pick(seen, "routeSwitched")).toMatchObject([{ trimmedBytes: 0n }]);
    expect(pick(seen, "completed")[0]?.switches).toMatchObject([{ trimmedBytes: 30n }]);
  });
});

describe("in the middle of the text", () => {
  test("a stalled primary is continued by the backup after the stall timeout", async () => {
    const b = route("b", [says(" upon", " a time.")]);
    const seen = start(plan([route("a", [hangsAfter("Once", " upon")]), b], {}));
    await pass(20_001);
    expect(b.requests[0]?.continuation).toEqual({
      form: "instruct",
      text: "Once upon",
      instruction: "Go on.\n\nBegin your reply with exactly these last words, and go on from there:\nOnce upon",
    });
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

test("a backup's content filter behind another's text is no end: the next route continues", async () => {
  const b = route("b", [[failed("content-filtered")]]);
  const seen = start(plan([route("a", [cutsAfter("Once ")]), b, route("c", [says("more.")])]));
  await pass(1_000);
  expect(seen.text).toBe("Once more.");
});
