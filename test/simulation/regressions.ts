/** Worlds that breached a law once. */

import type { CallScript, Reply, RouteScript, Scenario } from "./scenario.ts";

const POLITE: Reply = {
  delayMs: 0,
  reasoningCount: 0,
  thinks: false,
  pieceLength: 14,
  gapMs: 1,
  pings: false,
  end: { kind: "finishes" },
  seam: "exact",
  rude: false,
};

const CALL: CallScript = {
  startMs: 0,
  shape: "text",
  wordCount: 10,
  cancelAfterMs: undefined,
  timeoutMs: 600_000,
  ownLimitMs: undefined,
  maxAttempts: 3,
  hedges: false,
  switches: true,
  holdsBack: false,
  holdsBackWords: false,
  includesReasoning: false,
  resumedLength: 0,
  readPauseMs: 0,
  firstRoute: 0,
};

function route(...replies: Partial<Reply>[]): RouteScript {
  return {
    continuation: "instruct",
    maxConcurrency: undefined,
    pings: false,
    dialect: 0,
    budgets: true,
    replies: replies.map((reply) => ({ ...POLITE, ...reply })),
  };
}

export const REGRESSIONS: readonly (readonly [name: string, scenario: Scenario])[] = [
  [
    "one piece holds the last equal character of a start-over and its first other one",
    { seed: 0, routes: [route({ seam: "diverges" }), route({})], calls: [{ ...CALL, resumedLength: 90 }] },
  ],
  [
    "a hedge loses to a primary that then breaks off",
    {
      seed: 0,
      routes: [route({ delayMs: 3_900, gapMs: 200, end: { kind: "ends", afterPieces: 1 } }), route({ delayMs: 1_000 })],
      calls: [{ ...CALL, hedges: true }],
    },
  ],
  [
    "a tool call comes while the seam holds text",
    {
      seed: 0,
      routes: [route({ end: { kind: "ends", afterPieces: 2 } }), route({ seam: "repeats", pieceLength: 200 })],
      calls: [{ ...CALL, shape: "tools" }],
    },
  ],
];
