import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import {
  ReasoningOptions_Effort as Effort,
  ReasoningOptionsSchema,
} from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { Thinking } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { PolicySchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { doesThink, PLAIN_ATTEMPT, resolveLimits, shareLimits } from "../../src/plan/limits.ts";

const policy = (init: Parameters<typeof create<typeof PolicySchema>>[1]) => create(PolicySchema, init);

describe("the limits of an attempt that nobody set", () => {
  test.each([
    ["plain text", PLAIN_ATTEMPT, { suspectMs: 4_000, confirmMs: 12_000 }, { suspectMs: 5_000, confirmMs: 20_000 }],
    [
      "a model that thinks",
      { ...PLAIN_ATTEMPT, thinks: true },
      { suspectMs: 20_000, confirmMs: 90_000 },
      { suspectMs: 5_000, confirmMs: 20_000 },
    ],
    [
      "tools",
      { ...PLAIN_ATTEMPT, declaresTools: true },
      { suspectMs: 4_000, confirmMs: 12_000 },
      { suspectMs: 15_000, confirmMs: 45_000 },
    ],
    [
      "50,000 tokens of input",
      { ...PLAIN_ATTEMPT, estimatedInputTokens: 50_000 },
      { suspectMs: 4_666, confirmMs: 14_000 },
      { suspectMs: 5_000, confirmMs: 20_000 },
    ],
  ])("with %s", (_, facts, firstProgress, text) => {
    expect(resolveLimits([], facts)).toMatchObject({ firstProgress, text });
  });
});

test("a policy of the request rules over the workload's, field by field", () => {
  const request = policy({ stallTimeout: durationFromMs(3_000) });
  const workload = policy({ stallTimeout: durationFromMs(9_000), silenceTimeout: durationFromMs(7_000) });
  expect(resolveLimits([request, workload], PLAIN_ATTEMPT)).toMatchObject({
    text: { confirmMs: 3_000 },
    silenceTimeoutMs: 7_000,
  });
});

describe("a set confirm limit", () => {
  const set = policy({ firstTokenTimeout: durationFromMs(6_000) });

  test("alone suspects after a third of it", () => {
    expect(resolveLimits([set], PLAIN_ATTEMPT).firstProgress).toEqual({ suspectMs: 2_000, confirmMs: 6_000 });
  });

  test("is taken as it is, however long the input", () => {
    const facts = { ...PLAIN_ATTEMPT, estimatedInputTokens: 100_000 };
    expect(resolveLimits([set], facts).firstProgress.confirmMs).toBe(6_000);
  });
});

describe("a suspect limit", () => {
  test("is never above its confirm limit", () => {
    const set = policy({ stallSuspect: durationFromMs(9_000), stallTimeout: durationFromMs(6_000) });
    expect(resolveLimits([set], PLAIN_ATTEMPT).text).toEqual({ suspectMs: 6_000, confirmMs: 6_000 });
  });

  test("that is set may be above a third of it", () => {
    const set = policy({ stallSuspect: durationFromMs(5_500), stallTimeout: durationFromMs(6_000) });
    expect(resolveLimits([set], PLAIN_ATTEMPT).text.suspectMs).toBe(5_500);
  });

  test("that nobody set does not grow with its confirm limit", () => {
    const set = policy({ stallTimeout: durationFromMs(60_000) });
    expect(resolveLimits([set], PLAIN_ATTEMPT).text.suspectMs).toBe(5_000);
  });
});

test.each([
  [24_999, 12_000],
  [25_000, 13_000],
  [49_999, 13_000],
])("an input of %i tokens gets %i ms until the first token", (estimatedInputTokens, confirmMs) => {
  expect(resolveLimits([], { ...PLAIN_ATTEMPT, estimatedInputTokens }).firstProgress.confirmMs).toBe(confirmMs);
});

test("every limit of a policy rules what it names", () => {
  const everyLimit = policy({
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
  });
  expect(resolveLimits([everyLimit], PLAIN_ATTEMPT)).toEqual({
    connectTimeoutMs: 1_100,
    firstProgress: { suspectMs: 1_200, confirmMs: 1_300 },
    text: { suspectMs: 1_400, confirmMs: 1_500 },
    tool: { suspectMs: 1_600, confirmMs: 1_700 },
    reasoning: { suspectMs: 1_800, confirmMs: 1_900 },
    silenceTimeoutMs: 2_100,
    minTokensPerS: 2.5,
  });
});

test("set tool limits rule the text of a call with tools, unless it has limits of its own", () => {
  const facts = { ...PLAIN_ATTEMPT, declaresTools: true };
  const tool = { toolStallSuspect: durationFromMs(500), toolStallTimeout: durationFromMs(1_700) };
  const text = { stallSuspect: durationFromMs(1_400), stallTimeout: durationFromMs(1_500) };
  expect(resolveLimits([policy(tool)], facts).text).toEqual({ suspectMs: 500, confirmMs: 1_700 });
  expect(resolveLimits([policy({ ...tool, ...text })], facts).text).toEqual({ suspectMs: 1_400, confirmMs: 1_500 });
});

test("a silence is a sign from the workload's suspect limit on, for as long as by default", () => {
  const patient = policy({ stallTimeout: durationFromMs(600_000), firstTokenSuspect: durationFromMs(9_000) });
  expect(shareLimits(patient, PLAIN_ATTEMPT)).toMatchObject({
    text: { suspectMs: 5_000, signEndsMs: 20_000, confirmMs: 600_000 },
    firstProgress: { suspectMs: 9_000, signEndsMs: 17_000, confirmMs: 12_000 },
  });
});

test.each<[keyof typeof Thinking, keyof typeof Effort | undefined, boolean, boolean]>([
  ["NEVER", "HIGH", true, false],
  ["ON_REQUEST", undefined, false, false],
  ["ON_REQUEST", "UNSPECIFIED", true, true],
  ["ON_REQUEST", "NONE", true, false],
  ["ON_REQUEST", "LOW", false, true],
  ["BY_DEFAULT", undefined, false, true],
  ["BY_DEFAULT", "UNSPECIFIED", false, true],
  ["BY_DEFAULT", "NONE", true, false],
  ["ALWAYS", "NONE", false, true],
  ["ALWAYS", undefined, false, true],
])("a model that thinks %s, asked for effort %s (shown: %s), thinks: %s", (thinking, effort, include, thinks) => {
  const asked = effort && create(ReasoningOptionsSchema, { effort: Effort[effort], include });
  expect(doesThink(Thinking[thinking], asked)).toBe(thinks);
});
