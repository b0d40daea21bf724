import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import {
  Cache,
  ContentFilter,
  Hedge,
  HoldBack,
  type Policy,
  PolicySchema,
  Switch,
  Unsupported,
} from "../../gen/ts/understudy/v1/routing_pb.ts";
import { PLAIN_ATTEMPT, resolveLimits } from "../../src/plan/limits.ts";
import { describePolicy, PLAIN_CALL, resolvePolicy } from "../../src/plan/policy.ts";

const HOUR_MS = 3_600_000;
const policy = (init: Parameters<typeof create<typeof PolicySchema>>[1]) => create(PolicySchema, init);

describe("the rules of a call that nobody set", () => {
  test("hold an answer back for JSON alone", () => {
    expect(resolvePolicy([], PLAIN_CALL, HOUR_MS).holdsBackAnswer).toBe(false);
    expect(resolvePolicy([], { ...PLAIN_CALL, asksForJson: true }, HOUR_MS).holdsBackAnswer).toBe(true);
  });
});

describe("a policy", () => {
  test("of the request rules over the workload's, field by field", () => {
    const resolved = resolvePolicy(
      [policy({ maxAttempts: 5 }), policy({ maxAttempts: 2, switch: Switch.NEVER })],
      PLAIN_CALL,
      HOUR_MS,
    );
    expect(resolved).toMatchObject({
      maxAttempts: 5,
      switchesAfterText: false,
    });
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
  unsupported: Unsupported.SKIP,
  cache: Cache.OFF,
};

test("words may be held back instead of the answer", () => {
  const resolved = resolvePolicy([policy({ holdBack: HoldBack.WORD })], { ...PLAIN_CALL, asksForJson: true }, HOUR_MS);
  expect(resolved).toMatchObject({ holdsBackAnswer: false, holdsBackWords: true });
  expect(describePolicy(resolved, resolveLimits([], PLAIN_ATTEMPT)).holdBack).toBe(HoldBack.WORD);
});

describe("every field of a policy", () => {
  test("rules what it names", () => {
    expect(resolvePolicy([policy(EVERY_FIELD)], PLAIN_CALL, HOUR_MS)).toEqual({
      totalTimeoutMs: 2_300,
      maxAttempts: 6,
      maxRetryWaitMs: 2_500,
      switchesAfterText: false,
      holdsBackAnswer: true,
      holdsBackWords: false,
      hedges: true,
      reroutesContentFilter: true,
      skipsUnsupported: true,
      cache: "off",
    });
  });

  test("is shown as it rules", () => {
    expect(
      describePolicy(
        resolvePolicy([policy(EVERY_FIELD)], PLAIN_CALL, HOUR_MS),
        resolveLimits([policy(EVERY_FIELD)], PLAIN_ATTEMPT),
      ),
    ).toEqual(policy(EVERY_FIELD));
  });

  test("that nobody set is shown with its default", () => {
    const shown = describePolicy(resolvePolicy([], PLAIN_CALL, HOUR_MS), resolveLimits([], PLAIN_ATTEMPT));
    expect(shown).toEqual(
      policy({
        connectTimeout: durationFromMs(5_000),
        firstTokenSuspect: durationFromMs(4_000),
        firstTokenTimeout: durationFromMs(12_000),
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
        unsupported: Unsupported.ADJUST,
        cache: Cache.AUTO,
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
