/** Derives what is to happen in a cell of the fault matrix from the engine's class table. */

import type { DescEnum } from "@bufbuild/protobuf";
import { AttemptOutcomeSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { SwitchReasonSchema } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { MAX_RETRY_WAIT_MS } from "../../../src/config/policy-defaults.ts";
import { QUICK_FAILURE_MS } from "../../../src/failover/engine-limits.ts";
import { type FailureClass, OTHER_OUTCOMES, UPSTREAM_FAILURES } from "../../../src/failover/failure-classes.ts";
import { STORY } from "../../../src/simulator/answer/story.ts";
import type { Expected } from "../scenario.ts";
import type { End, Incident } from "./fault-row.ts";
import { type Delivered, hasProgress, type Phase, textOf } from "./phases.ts";

/** What may follow a failure by what the client has of the answer, for a request for text with tools declared. */
const AT_FAILURE: Readonly<Record<Delivered, "restart" | "continue" | "refuse">> = {
  nothing: "restart",
  text: "continue",
  "text and half a tool call": "refuse",
};

/** The class of an end, from the engine's own table. */
export function classOf({ kind }: End): FailureClass {
  return kind === "completed" || kind === "timedOut" || kind === "stalled"
    ? OTHER_OUTCOMES[kind]
    : UPSTREAM_FAILURES[kind];
}

/** What a caller is to see of a primary that meets `incident` in `phase`, with a healthy backup. */
export function expectAction(phase: Phase, incident: Incident): Expected {
  const { end } = incident;
  const found = classOf(end);
  const primary = showAttempt(phase, incident, found);
  if (end.kind === "completed") return { attempts: [primary], text: lengthOf(phase), finish: end.finish };
  const refused = refusalOf(phase, found);
  if (refused !== undefined) {
    return { attempts: [primary], skips: ["backup NOT_REACHED"], text: lengthOf(phase), refused };
  }
  const tries = retries(phase, incident, found) ? [primary, `${primary} retry`] : [primary];
  const continues = AT_FAILURE[phase.delivered] === "continue";
  // Behind the whole text the backup can only repeat its end.
  const adds = lengthOf(phase) !== "story";
  const mode = continues ? `CONTINUED${adds ? "" : " trims"}` : "RESTARTED";
  return {
    attempts: [...tries, `backup COMPLETED 200 ${adds ? "delivers" : "discards"}`],
    switches: [`primary backup ${nameOf(SwitchReasonSchema, found.reason)} ${mode}`],
  };
}

/** The status if no other attempt may follow. */
function refusalOf({ delivered }: Phase, { action }: FailureClass): string | undefined {
  const ends = action === "contentFilter" || action === "end";
  if (delivered !== "nothing" && (ends || AT_FAILURE[delivered] === "refuse")) return "ABORTED ANSWER_INTERRUPTED";
  return action === "contentFilter" ? "FAILED_PRECONDITION CONTENT_FILTERED" : undefined;
}

/** Whether the same route is asked once more: only if nothing of an answer came. */
function retries(phase: Phase, { status, retryAfterMs, afterMs = 0 }: Incident, { action }: FailureClass): boolean {
  switch (action) {
    case "retry":
      return !hasProgress(phase);
    case "retryQuick":
      // A gateway timeout was preceded by work, however soon it is told; one that names a time is left alone until then.
      return !hasProgress(phase) && status !== 504 && retryAfterMs === undefined && afterMs < QUICK_FAILURE_MS;
    case "coolDown":
      return retryAfterMs !== undefined && retryAfterMs <= MAX_RETRY_WAIT_MS;
    default:
      return false;
  }
}

function lengthOf(phase: Phase): "nothing" | "beginning" | "story" {
  if (phase.storyPieces === 0) return "nothing";
  return textOf(phase) === STORY ? "story" : "beginning";
}

function showAttempt(phase: Phase, { status }: Incident, { outcome }: FailureClass): string {
  const words = ["primary", nameOf(AttemptOutcomeSchema, outcome), status ?? "-"];
  return [...words, ...(lengthOf(phase) === "nothing" ? [] : ["delivers"])].join(" ");
}

function nameOf(schema: DescEnum, value: number): string {
  return schema.value[value]?.localName ?? `unknown ${value}`;
}
