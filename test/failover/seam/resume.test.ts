import { createHash } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FinishReason, ReasoningOptionsSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { AttemptOutcome, ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { Continuation } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { SwitchReason } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { pass } from "../pass.ts";
import { type Beat, cutsAfter, failed, hangsAfter, OPENED, pick, plan, request, route, says, start } from "../stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const sha256 = (whole: string): string => createHash("sha256").update(whole).digest("hex");

/** A route that an operator can isolate. */
function isolable(script: Beat[]) {
  const listeners = new Set<(reason: string) => void>();
  const made = route("a", [script]);
  const onIsolated = (listener: (reason: string) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    a: Object.assign(made, { onIsolated }),
    listeners,
    isolate: () => listeners.forEach((tell) => tell("maintenance")),
  };
}

describe("a resumed answer", () => {
  test("delivers only what is missing; length and hash are of the whole", async () => {
    const a = route("a", [says("upon a ", "tíme.")]);
    const seen = start(plan([a], { resumedText: "Once " }));
    await pass(1_000);
    const whole = "Once upon a tíme.";
    expect(seen.text).toBe("upon a tíme.");
    expect(a.requests[0]?.continuation).toEqual({
      form: "instruct",
      text: "Once",
      instruction: "Go on.\n\nBegin your reply with exactly these last words, and go on from there:\nOnce",
    });
    expect(pick(seen, "completed")).toMatchObject([
      { textBytes: BigInt(Buffer.byteLength(whole)), textSha256: sha256(whole), finishReason: FinishReason.STOP },
    ]);
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([{ deliveredBytes: 13n }]);
  });

  test.each([
    ["its last words again", "It was a dark and stormy night; ", "and stormy night; the rain fell.", "the rain fell."],
    ["everything again", "Once upon a", "Once upon a time.", " time."],
    ["the white space again", "Once ", " upon", "upon"],
  ])("leaves out %s", async (_, resumedText, answer, delivered) => {
    const seen = start(plan([route("a", [says(answer)])], { resumedText }));
    await pass(1_000);
    expect(seen.text).toBe(delivered);
    expect(pick(seen, "completed")[0]?.textSha256).toBe(sha256(resumedText + delivered));
  });

  test("counts offsets of a later switch from the beginning of the answer", async () => {
    const b = route("b", [says("a time.")]);
    const seen = start(plan([route("a", [cutsAfter("upon ")]), b], { resumedText: "Once " }));
    await pass(1_000);
    expect(pick(seen, "routeSwitched")).toMatchObject([{ atUtf8Byte: 10n }]);
    expect(b.requests[0]?.continuation?.text).toBe("Once upon");
    expect(seen.text).toBe("upon a time.");
  });

  test("that has all its tokens is complete by length, without an attempt", async () => {
    const a = route("a", [says("more")]);
    const seen = start(plan([a], { resumedText: "a".repeat(330), request: request({ maxOutputTokens: 100 }) }));
    await pass(10);
    expect(a.requests).toEqual([]);
    expect(seen.events.map(({ event, attempt }) => [event.case, attempt])).toEqual([
      ["started", 1],
      ["completed", 1],
    ]);
    expect(pick(seen, "completed")).toMatchObject([
      { finishReason: FinishReason.LENGTH, textBytes: 330n, attempts: [] },
    ]);
  });

  test("that delivered nothing yet is an ordinary failure, not an interruption", async () => {
    const seen = start(plan([route("a", [[failed("overloaded")]])], { resumedText: "Once " }));
    await pass(10);
    expect(seen.refusal).toMatchObject({
      reason: ErrorReason.ALL_ROUTES_FAILED,
      report: { deliveredBytes: 5n, resumable: true },
    });
  });

  test("may move to a backup even if switching after text is off, while this call delivered nothing", async () => {
    const routes = [route("a", [[failed("overloaded")]]), route("b", [says("upon.")])];
    const seen = start(plan(routes, { resumedText: "Once ", switchesAfterText: false }));
    await pass(1_000);
    expect(seen.text).toBe("upon.");
  });

  test("skips a route that cannot continue", async () => {
    const a = route("a", [says("No.")], { capabilities: { continuation: Continuation.NONE } });
    const seen = start(plan([a, route("b", [says("upon.")])], { resumedText: "Once " }));
    await pass(1_000);
    expect(a.requests).toEqual([]);
    expect(seen.text).toBe("upon.");
  });

  test("ends at a stop sequence whose first half was delivered by the earlier call", async () => {
    const planned = plan([route("a", [says("D more")])], {
      resumedText: "one EN",
      request: request({ stopSequences: ["END"] }),
    });
    const seen = start(planned);
    await pass(1_000);
    expect(seen.text).toBe("");
    expect(pick(seen, "completed")).toMatchObject([{ finishReason: FinishReason.STOP, textBytes: 6n }]);
  });
});

describe("a route that is taken out of service", () => {
  test("hands a running answer over at once, and its breaker learns nothing", async () => {
    const { a, listeners, isolate } = isolable(hangsAfter("Once "));
    const seen = start(plan([a, route("b", [says("more.")])]));
    await pass(100);
    isolate();
    expect(a.open).toBe(0);
    await pass(1_000);
    expect(seen.text).toBe("Once more.");
    expect(a.verdicts).toEqual(["neutral"]);
    expect(pick(seen, "routeSwitched")).toMatchObject([{ reason: SwitchReason.ISOLATED }]);
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([{ outcome: AttemptOutcome.ISOLATED }, {}]);
    expect(listeners.size).toBe(0);
  });

  test("leaves an answer that is complete alone", async () => {
    const { a, listeners, isolate } = isolable(says("Hello."));
    const seen = start(plan([a, route("b", [says("No.")])]));
    await pass(100);
    isolate();
    expect(listeners.size).toBe(0);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "routeSwitched")).toEqual([]);
  });
});

describe("reasoning", () => {
  const reasoning = create(ReasoningOptionsSchema, { include: true });
  const block: Beat[] = [
    { kind: "reasoning", text: "First " },
    { kind: "reasoning", text: "this.", opaque: "c2lnbmVk" },
  ];

  test("comes with its signature, if it was asked for", async () => {
    const seen = start(
      plan([route("a", [[OPENED, ...block, ...says("Hi.").slice(1)]])], { request: request({ reasoning }) }),
    );
    await pass(10);
    const deltas = pick(seen, "reasoningDelta");
    expect(deltas.map((delta) => delta.text).join("")).toBe("First this.");
    expect(deltas.at(-1)?.opaque).toBe("c2lnbmVk");
  });

  test("is left out otherwise", async () => {
    const seen = start(plan([route("a", [[OPENED, ...block, ...says("Hi.").slice(1)]])]));
    await pass(10);
    expect(pick(seen, "reasoningDelta")).toEqual([]);
  });

  test("of two attempts is never joined, and each belongs to its attempt", async () => {
    const a = route("a", [[OPENED, { kind: "reasoning", text: "Mine." }, failed("cut")]]);
    const b = route("b", [[OPENED, ...block, ...says("Hi.").slice(1)]]);
    const seen = start(plan([a, b], { request: request({ reasoning }) }));
    await pass(10);
    const told = seen.events.flatMap(({ attempt, event }) =>
      event.case === "reasoningDelta" ? [[attempt, event.value.text]] : [],
    );
    expect(told[0]).toEqual([1, "Mine."]);
    expect(told.slice(1).every(([attempt]) => attempt === 2)).toBe(true);
    expect(seen.text).toBe("Hi.");
  });

  test("alone is progress with a long limit, and no obstacle to a restart", async () => {
    const b = route("b", [says("Hi.")]);
    const a = route("a", [[OPENED, ...block, Number.POSITIVE_INFINITY]]);
    const seen = start(plan([a, b], { request: request({ reasoning }) }));
    await pass(179_900);
    expect(b.requests).toHaveLength(0);
    await pass(200);
    expect(seen.text).toBe("Hi.");
    expect(b.requests[0]?.continuation).toBeUndefined();
  });
});
