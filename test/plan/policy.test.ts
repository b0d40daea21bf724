import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import {
  ContentFilter,
  Hedge,
  HoldBack,
  type Policy,
  PolicySchema,
  Switch,
} from "../../gen/ts/understudy/v1/routing_pb.ts";
import { describePolicy, PLAIN_CALL, resolvePolicy } from "../../src/plan/policy.ts";

const HOUR_MS = 3_600_000;
const policy = (init: Parameters<typeof create<typeof PolicySchema>>[1]) => create(PolicySchema, init);

describe("the limits of a call that nobody set", () => {
  test.each([
    ["plain text", PLAIN_CALL, { suspectMs: 4_000, confirmMs: 15_000 }, { suspectMs: 5_000, confirmMs: 20_000 }],
    [
      "reasoning",
      { ...PLAIN_CALL, reasons: true },
      { suspectMs: 20_000, confirmMs: 90_000 },
      { suspectMs: 5_000, confirmMs: 20_000 },
    ],
    [
      "tools",
      { ...PLAIN_CALL, declaresTools: true },
      { suspectMs: 4_000, confirmMs: 15_000 },
      { suspectMs: 15_000, confirmMs: 45_000 },
    ],
    [
      "50,000 tokens of input",
      { ...PLAIN_CALL, estimatedInputTokens: 50_000 },
      { suspectMs: 5_666, confirmMs: 17_000 },
      { suspectMs: 5_000, confirmMs: 20_000 },
    ],
  ])("with %s", (_, facts, firstProgress, text) => {
    expect(resolvePolicy([], facts, HOUR_MS).limits).toMatchObject({ firstProgress, text });
  });

  test("hold an answer back for JSON alone", () => {
    expect(resolvePolicy([], PLAIN_CALL, HOUR_MS).holdsBackAnswer).toBe(false);
    expect(resolvePolicy([], { ...PLAIN_CALL, asksForJson: true }, HOUR_MS).holdsBackAnswer).toBe(true);
  });
});

describe("a policy", () => {
  test("of the request rules over the workload's, field by field", () => {
    const resolved = resolvePolicy(
      [
        policy({ maxAttempts: 5 }),
        policy({ maxAttempts: 2, stallTimeout: durationFromMs(3_000), switch: Switch.NEVER }),
      ],
      PLAIN_CALL,
      HOUR_MS,
    );
    expect(resolved).toMatchObject({
      maxAttempts: 5,
      switchesAfterText: false,
      limits: { text: { confirmMs: 3_000 } },
    });
  });

  test("that sets a confirm limit alone suspects after a third of it", () => {
    const { limits } = resolvePolicy([policy({ firstTokenTimeout: durationFromMs(6_000) })], PLAIN_CALL, HOUR_MS);
    expect(limits.firstProgress).toEqual({ suspectMs: 2_000, confirmMs: 6_000 });
  });

  test("that sets a limit is taken as it is, however long the input", () => {
    const facts = { ...PLAIN_CALL, estimatedInputTokens: 100_000 };
    const { limits } = resolvePolicy([policy({ firstTokenTimeout: durationFromMs(6_000) })], facts, HOUR_MS);
    expect(limits.firstProgress.confirmMs).toBe(6_000);
  });

  test("cannot ask for more time than the server gives", () => {
    expect(resolvePolicy([policy({ totalTimeout: durationFromMs(HOUR_MS) })], PLAIN_CALL, 60_000).totalTimeoutMs).toBe(
      60_000,
    );
  });

  test("may let JSON through as it comes", () => {
    const facts = { ...PLAIN_CALL, asksForJson: true };
    expect(resolvePolicy([policy({ holdBack: HoldBack.NONE })], facts, HOUR_MS).holdsBackAnswer).toBe(false);
  });
});

/** A policy that sets every field, each to a value of its own. */
const EVERY_FIELD: Omit<Policy, "$typeName"> = {
  connectTimeout: durationFromMs(1_100),
  firstTokenSuspect: durationFromMs(1_200),
  firstTokenTimeout: durationFromMs(1_300),
  stallSuspect: durationFromMs(1_400),
  stallTimeout: durationFromMs(1_500),
  toolStallSuspect: durationFromMs(1_600),
  toolStallTimeout: durationFromMs(1_700),
  reasoningStallSuspect: durationFromMs(1_800),
  reasoningStallTimeout: durationFromMs(1_900),
  silenceTimeout: durationFromMs(2_100),
  minTokensPerS: 2.5,
  totalTimeout: durationFromMs(2_300),
  maxAttempts: 6,
  maxRetryWait: durationFromMs(2_500),
  switch: Switch.NEVER,
  holdBack: HoldBack.ANSWER,
  hedge: Hedge.BEFORE_FIRST_TOKEN,
  contentFilter: ContentFilter.FAIL_OVER,
};

describe("every field of a policy", () => {
  test("rules what it names", () => {
    expect(resolvePolicy([policy(EVERY_FIELD)], PLAIN_CALL, HOUR_MS)).toEqual({
      limits: {
        connectTimeoutMs: 1_100,
        firstProgress: { suspectMs: 1_200, confirmMs: 1_300 },
        text: { suspectMs: 1_400, confirmMs: 1_500 },
        tool: { suspectMs: 1_600, confirmMs: 1_700 },
        reasoning: { suspectMs: 1_800, confirmMs: 1_900 },
        silenceTimeoutMs: 2_100,
        minTokensPerS: 2.5,
      },
      totalTimeoutMs: 2_300,
      maxAttempts: 6,
      maxRetryWaitMs: 2_500,
      switchesAfterText: false,
      holdsBackAnswer: true,
      hedges: true,
      reroutesContentFilter: true,
    });
  });

  test("is shown as it rules", () => {
    expect(describePolicy(resolvePolicy([policy(EVERY_FIELD)], PLAIN_CALL, HOUR_MS))).toEqual(policy(EVERY_FIELD));
  });

  test("that nobody set is shown with its default", () => {
    const shown = describePolicy(resolvePolicy([], PLAIN_CALL, HOUR_MS));
    expect(shown).toEqual(
      policy({
        connectTimeout: durationFromMs(5_000),
        firstTokenSuspect: durationFromMs(4_000),
        firstTokenTimeout: durationFromMs(15_000),
        stallSuspect: durationFromMs(5_000),
        stallTimeout: durationFromMs(20_000),
        toolStallSuspect: durationFromMs(15_000),
        toolStallTimeout: durationFromMs(45_000),
        reasoningStallSuspect: durationFromMs(45_000),
        reasoningStallTimeout: durationFromMs(180_000),
        silenceTimeout: durationFromMs(45_000),
        minTokensPerS: 2,
        totalTimeout: durationFromMs(600_000),
        maxAttempts: 3,
        maxRetryWait: durationFromMs(1_000),
        switch: Switch.CONTINUE,
        holdBack: HoldBack.NONE,
        hedge: Hedge.OFF,
        contentFilter: ContentFilter.FAIL,
      }),
    );
  });

  test.each([
    [Switch.CONTINUE, HoldBack.NONE, Hedge.OFF, ContentFilter.FAIL],
    [Switch.UNSPECIFIED, HoldBack.UNSPECIFIED, Hedge.UNSPECIFIED, ContentFilter.UNSPECIFIED],
  ])("may be set to what rules anyway (%s)", (...[switching, holdBack, hedge, contentFilter]) => {
    const set = policy({ switch: switching, holdBack, hedge, contentFilter });
    expect(resolvePolicy([set], PLAIN_CALL, HOUR_MS)).toEqual(resolvePolicy([], PLAIN_CALL, HOUR_MS));
  });
});

describe("a suspect limit", () => {
  test("is never above its confirm limit", () => {
    const set = policy({ stallSuspect: durationFromMs(9_000), stallTimeout: durationFromMs(6_000) });
    expect(resolvePolicy([set], PLAIN_CALL, HOUR_MS).limits.text).toEqual({ suspectMs: 6_000, confirmMs: 6_000 });
  });

  test("that is set may be above a third of it", () => {
    const set = policy({ stallSuspect: durationFromMs(5_500), stallTimeout: durationFromMs(6_000) });
    expect(resolvePolicy([set], PLAIN_CALL, HOUR_MS).limits.text.suspectMs).toBe(5_500);
  });

  test("that nobody set does not grow with its confirm limit", () => {
    const set = policy({ stallTimeout: durationFromMs(60_000) });
    expect(resolvePolicy([set], PLAIN_CALL, HOUR_MS).limits.text.suspectMs).toBe(5_000);
  });
});

test.each([
  [24_999, 15_000],
  [25_000, 16_000],
  [49_999, 16_000],
])("an input of %i tokens gets %i ms until the first token", (estimatedInputTokens, confirmMs) => {
  const { limits } = resolvePolicy([], { ...PLAIN_CALL, estimatedInputTokens }, HOUR_MS);
  expect(limits.firstProgress.confirmMs).toBe(confirmMs);
});

test("set tool limits rule the text of a call with tools, unless it has limits of its own", () => {
  const facts = { ...PLAIN_CALL, declaresTools: true };
  const tool = { toolStallSuspect: durationFromMs(500), toolStallTimeout: durationFromMs(1_700) };
  const text = { stallSuspect: durationFromMs(1_400), stallTimeout: durationFromMs(1_500) };
  expect(resolvePolicy([policy(tool)], facts, HOUR_MS).limits.text).toEqual({ suspectMs: 500, confirmMs: 1_700 });
  expect(resolvePolicy([policy({ ...tool, ...text })], facts, HOUR_MS).limits.text).toEqual({
    suspectMs: 1_400,
    confirmMs: 1_500,
  });
});
