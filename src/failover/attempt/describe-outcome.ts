/** Says how an attempt ended, in a sentence without text of the upstream. */

import { describeLimit } from "../../time/duration.ts";
import type { CutShort, Outcome, Phase } from "./outcome.ts";

const WAITED_FOR: Readonly<Record<Phase, string>> = {
  firstProgress: "an answer",
  text: "more text",
  tool: "more of a tool call",
  reasoning: "more reasoning",
};

/** Says how an attempt ended: `stalled: more text did not come for 20 s`. Lower case, no full stop. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "completed":
      return outcome.unchecked === undefined ? "completed" : `completed; ${outcome.unchecked}`;
    case "failed":
      return outcome.failure.message;
    case "timedOut":
      return `gave no answer within ${describeLimit(outcome.limitMs)}${because(outcome.cutShort)}`;
    case "movedAway":
      return "had not begun when most answers of its route fell silent";
    case "stalled":
      return `stalled: ${WAITED_FOR[outcome.phase]} did not come for ${describeLimit(outcome.limitMs)}${because(outcome.cutShort)}`;
    case "slow":
      return `was slow: ${outcome.tokensPerS.toFixed(1)} tokens a second${because(outcome.cutShort)}`;
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

function because(cutShort: CutShort | undefined): string {
  switch (cutShort) {
    case "deadline":
      return ", all that the deadline left";
    case "request":
      return ", a limit of this request alone";
    case undefined:
      return "";
  }
}
