/** Says how an attempt ended, in a sentence without text of the upstream. */

import type { Outcome, Phase } from "./outcome.ts";

const WAITED_FOR: Readonly<Record<Phase, string>> = {
  firstProgress: "an answer",
  text: "more text",
  tool: "more of a tool call",
  reasoning: "more reasoning",
};

/** `20 s`, `1.5 s`, `300 ms`. */
export function describeDuration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(1))} s`;
}

/** Says how an attempt ended: `stalled: more text did not come for 20 s`. Lower case, no full stop. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "completed":
      return "completed";
    case "failed":
      return outcome.failure.message;
    case "timedOut":
      return `gave no answer within ${describeDuration(outcome.limitMs)}${outcome.cutShort ? ", all that the deadline left" : ""}`;
    case "movedAway":
      return "had not begun when most answers of its route fell silent";
    case "stalled":
      return `stalled: ${WAITED_FOR[outcome.phase]} did not come for ${describeDuration(outcome.limitMs)}`;
    case "slow":
      return `was slow: ${outcome.tokensPerS.toFixed(1)} tokens a second`;
    case "badAnswer":
      return outcome.message;
    case "hedgeLost":
      return "another attempt answered first";
    case "isolated":
      return "the route was taken out of service";
    case "deadlineExceeded":
      return "the call's deadline came";
    case "cancelled":
      return "the client went away";
  }
}
