/** A route that was passed over, as the ledger keeps it. */

import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ErrorReason, type Skip, SkipSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReason } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import type { Refused } from "../../call/route.ts";

export interface SkipRecord {
  readonly route: string;
  readonly reason: SkipReason;
  readonly message: string;
  /** When the route may be asked again, in milliseconds since the epoch; undefined if that is not known. */
  readonly retryAtMs: number | undefined;
  /** Whether the reason is that the conversation is too long for it. */
  readonly contextTooLong: boolean;
}

/** Turns a skip into a line of the ledger. */
export function makeSkip({ route, reason, message, retryAtMs }: SkipRecord): Skip {
  return create(SkipSchema, {
    route,
    reason,
    message,
    ...(retryAtMs === undefined ? {} : { retryTime: timestampFromMs(retryAtMs) }),
  });
}

/**
 * Why a route's turn never came in a call that failed for `reason`; `spentAttempts` is `max_attempts` where all of them
 * were made.
 */
export function whyNotReached(reason: ErrorReason | undefined, spentAttempts: number | undefined): Refused {
  if (reason === ErrorReason.DEADLINE_EXCEEDED) {
    return { reason: SkipReason.NO_TIME, message: "the deadline came before its turn", retryAtMs: undefined };
  }
  const message =
    spentAttempts === undefined
      ? "the call ended before its turn"
      : `the call had made its ${spentAttempts} attempts, max_attempts, before its turn`;
  return { reason: SkipReason.NOT_REACHED, message, retryAtMs: undefined };
}
