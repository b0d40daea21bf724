/** A route as a comparison calls it: the same upstream, but nothing that happens is told to the route's protections. */

import type { FinishReason, ToolCall } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { FinishReason as Reason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Lease, Route, RouteSilence } from "../../call/route.ts";
import type { UpstreamEvent } from "../../call/upstream.ts";

/** Longest text that is kept of an answer, in characters: as much as the gateway holds back of one. */
const MAX_TEXT = 4 * 1024 * 1024;

const UNHEEDED: Lease = { ok() {}, failed() {}, neutral() {}, leave() {}, contentArrived() {}, probe: false };
const UNWATCHED: RouteSilence = { silent: false, join() {}, leave() {}, judge() {}, takeTrial: () => false };

/** What came over a trial route. */
export interface Observed {
  text: string;
  readonly toolCalls: ToolCall[];
  finishReason: FinishReason;
  /** How long the upstream asked to be left alone, in milliseconds. */
  retryAfterMs: number | undefined;
}

/** A route for one trial, and what comes over it. */
export interface TrialRoute {
  readonly route: Route;
  readonly observed: Observed;
}

/** Wraps a route for one trial. With `cutAfter` its connection breaks as soon as so many characters of text came. */
export function makeTrialRoute(route: Route, cutAfter = Number.POSITIVE_INFINITY): TrialRoute {
  const observed: Observed = { text: "", toolCalls: [], finishReason: Reason.UNSPECIFIED, retryAfterMs: undefined };
  const { name, model, capabilities, dialectVersion, pings, adjustmentsFor } = route;
  return {
    observed,
    route: {
      name,
      model,
      capabilities,
      dialectVersion,
      pings,
      adjustmentsFor,
      silence: UNWATCHED,
      upstream: (request, signal) => observe(route.upstream(request, signal), observed, cutAfter),
      admit: () => Promise.resolve({ kind: "admitted", lease: UNHEEDED }),
      refusal: () => undefined,
      coolDown: (retryAfterMs) => {
        observed.retryAfterMs = retryAfterMs;
      },
      disable: () => {},
      takeRetry: () => false,
      takeHedge: () => false,
      onIsolated: (listener) => route.onIsolated(listener),
      cost: (usage) => route.cost(usage),
      describe: () => route.describe(),
    },
  };
}

async function* observe(
  events: AsyncIterable<UpstreamEvent>,
  observed: Observed,
  cutAfter: number,
): AsyncGenerator<UpstreamEvent, void, undefined> {
  let characters = 0;
  for await (const event of events) {
    if (event.kind === "text") {
      characters += event.text.length;
      if (observed.text.length < MAX_TEXT) observed.text += event.text;
    } else if (event.kind === "toolCall") observed.toolCalls.push(event.call);
    else if (event.kind === "finished") observed.finishReason = event.reason;
    yield event;
    if (characters < cutAfter) continue;
    yield CUT;
    return;
  }
}

const CUT: UpstreamEvent = {
  kind: "failed",
  failure: {
    kind: "cut",
    status: undefined,
    code: "",
    upstreamRequestId: "",
    retryAfterMs: undefined,
    message: "was cut by the comparison",
  },
};
