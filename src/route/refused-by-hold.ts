/** Says in a sentence why a route is passed over. */

import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Refused } from "../call/route.ts";
import { epochMs } from "./epoch-ms.ts";
import type { Hold } from "./hold.ts";

/** Turns a protection's reason into the answer to a call. */
export function refusedByHold(hold: Hold): Refused {
  return {
    reason: hold.reason,
    message: `${effect(hold)}${remaining(hold)}: ${hold.cause}`,
    retryAtMs: hold.untilMs === undefined ? undefined : epochMs(hold.untilMs),
  };
}

function effect({ reason, probing }: Hold): string {
  switch (reason) {
    case SkipReason.ISOLATED:
      return "isolated";
    case SkipReason.DISABLED:
      return probing ? "disabled while one call tests the route" : "disabled";
    case SkipReason.BREAKER_OPEN:
      return probing ? "breaker half-open while one call tests the route" : "breaker open";
    case SkipReason.COOLING_DOWN:
      return "cooling down";
    case SkipReason.SILENT:
      return "silent";
    default:
      return "at capacity";
  }
}

function remaining({ untilMs }: Hold): string {
  return untilMs === undefined ? "" : ` for ${Math.max(1, Math.ceil((untilMs - performance.now()) / 1000))} s more`;
}
