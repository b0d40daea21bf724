/** Draws worlds: mostly short calls on two or three routes that misbehave in every way that is known. */

import fc from "fast-check";
import type { FailureKind } from "../../src/call/upstream-failure.ts";
import type { CallScript, Reply, ReplyEnd, RouteScript, Scenario } from "./scenario.ts";

const FAILURES: readonly FailureKind[] = [
  "unreachable",
  "connect-timeout",
  "try-again",
  "server-error",
  "overloaded",
  "rate-limited",
  "rate-limited",
  "quota-exhausted",
  "unauthenticated",
  "billing",
  "forbidden",
  "not-found",
  "invalid-request",
  "too-large",
  "context-too-long",
  "prefill-refused",
  "signature-refused",
  "content-filtered",
  "truncated",
  "cut",
  "cut",
  "malformed",
];

const pieces = fc.integer({ min: 0, max: 12 });

const failing: fc.Arbitrary<ReplyEnd> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("fails" as const),
      afterPieces: fc.oneof(fc.constant(0), pieces),
      failure: fc.constantFrom(...FAILURES),
      retryAfterMs: fc.constantFrom(undefined, 0, 500, 1_500, 5_000, 60_000),
      status: fc.constantFrom(undefined, 400, 429, 500, 504),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("ends" as const, "throws", "hangs", "hangs"), afterPieces: pieces }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "saysNothing" as const, afterPieces: 0 as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("cutsShort" as const),
      afterPieces: pieces,
      reason: fc.constantFrom("length" as const, "refusal", "filter"),
    }),
  },
);

const gapMs = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 400 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3_000, max: 30_000 }) },
);

const delayMs = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 2_500 }) },
  { weight: 2, arbitrary: fc.integer({ min: 3_900, max: 20_000 }) },
);

const manners = {
  reasoningCount: fc.constantFrom(0, 0, 1, 3),
  thinks: fc.constantFrom(false, false, false, true),
  pieceLength: fc.integer({ min: 3, max: 40 }),
  pings: fc.boolean(),
  rude: fc.boolean(),
};

const ordinaryReply: fc.Arbitrary<Reply> = fc.record({
  ...manners,
  delayMs,
  gapMs,
  end: fc.oneof(
    { weight: 2, arbitrary: failing },
    { weight: 1, arbitrary: fc.constant({ kind: "finishes" as const }) },
  ),
  seam: fc.constantFrom("exact" as const, "exact", "repeats", "startsOver", "diverges"),
});

const healthyReply: fc.Arbitrary<Reply> = fc.record({
  ...manners,
  delayMs: fc.integer({ min: 0, max: 2_500 }),
  gapMs: fc.integer({ min: 0, max: 400 }),
  end: fc.constant({ kind: "finishes" as const }),
  seam: fc.constantFrom("exact" as const, "repeats", "startsOver"),
});

const routeTraits = {
  continuation: fc.constantFrom("instruct" as const, "instruct", "prefill", "none"),
  maxConcurrency: fc.constantFrom(undefined, undefined, 1, 2),
  pings: fc.boolean(),
  dialect: fc.constantFrom(0, 0, 1),
  budgets: fc.boolean(),
};

const ordinaryRoute: fc.Arbitrary<RouteScript> = fc.record({
  ...routeTraits,
  replies: fc.array(ordinaryReply, { minLength: 1, maxLength: 4 }),
});

const limitedReply: fc.Arbitrary<Reply> = fc.record({
  ...manners,
  delayMs: fc.integer({ min: 0, max: 300 }),
  gapMs: fc.constant(0),
  end: fc.record({
    kind: fc.constant("fails" as const),
    afterPieces: fc.constant(0),
    failure: fc.constant("rate-limited" as const),
    retryAfterMs: fc.constantFrom(1_500, 60_000),
    status: fc.constant(429),
  }),
  seam: fc.constant("exact" as const),
});

/** A route that asks for rest again and again, for longer and shorter. */
const limitedRoute: fc.Arbitrary<RouteScript> = fc.record({
  ...routeTraits,
  maxConcurrency: fc.constant(undefined),
  replies: fc.array(limitedReply, { minLength: 2, maxLength: 3 }),
});

const healthyRoute: fc.Arbitrary<RouteScript> = fc.record({
  ...routeTraits,
  continuation: fc.constantFrom("instruct" as const, "prefill"),
  maxConcurrency: fc.constant(undefined),
  replies: fc.array(healthyReply, { minLength: 1, maxLength: 2 }),
});

const callTraits = {
  startMs: fc.constantFrom(0, 0, 5, 300, 2_000, 9_000, 31_000, 40_000),
  shape: fc.constantFrom("text" as const, "text", "json", "open-json", "tools", "tools", "required-tool"),
  wordCount: fc.constantFrom(0, 0, 3, 10, 18),
  cancelAfterMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
  ),
  timeoutMs: fc.constantFrom(600_000, 600_000, 600_000, 30_000, 4_000, 500),
  maxAttempts: fc.constantFrom(3, 3, 1, 2, 4),
  hedges: fc.boolean(),
  switches: fc.constantFrom(true, true, true, false),
  holdsBack: fc.constantFrom(false, false, false, true),
  holdsBackWords: fc.constantFrom(false, false, false, true),
  includesReasoning: fc.boolean(),
  resumedLength: fc.constantFrom(0, 0, 0, 5, 90),
  readPauseMs: fc.constantFrom(0, 0, 0, 50),
  firstRoute: fc.constantFrom(0, 0, 0, 1),
};

const call: fc.Arbitrary<CallScript> = fc.record({
  ...callTraits,
  ownLimitMs: fc.constantFrom(undefined, undefined, undefined, undefined, 1, 100, 2_000),
});

/** Calls that share a route that works, some of which have no patience: none of them may disturb another. */
const crowd: fc.Arbitrary<CallScript> = fc.record({
  ...callTraits,
  startMs: fc.constantFrom(0, 0, 5, 300, 2_000, 4_200),
  timeoutMs: fc.constant(600_000),
  ownLimitMs: fc.constantFrom(undefined, 1, 1, 1, 100, 2_000),
});

/** Draws a world. Some have one route that always works, and some have no other. */
export function arbitraryScenario(): fc.Arbitrary<Scenario> {
  const badRoute = fc.oneof({ weight: 9, arbitrary: ordinaryRoute }, { weight: 1, arbitrary: limitedRoute });
  const routes = fc.oneof(
    { weight: 6, arbitrary: fc.array(badRoute, { minLength: 1, maxLength: 3 }) },
    { weight: 3, arbitrary: fc.tuple(badRoute, healthyRoute) },
    { weight: 1, arbitrary: fc.array(healthyRoute, { minLength: 1, maxLength: 2 }) },
  );
  const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
  return fc.oneof(
    { weight: 7, arbitrary: fc.record({ seed, routes, calls: fc.array(call, { minLength: 1, maxLength: 5 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        seed,
        routes: fc.array(healthyRoute, { minLength: 1, maxLength: 2 }),
        calls: fc.array(crowd, { minLength: 4, maxLength: 10 }),
      }),
    },
  );
}
