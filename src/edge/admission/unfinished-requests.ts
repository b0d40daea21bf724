/** Knows which requests are still arriving, oldest first: they make room when there is none. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";

/** How long a request may take to arrive before it has to make room, in milliseconds: a megabyte at 8 Mbit/s. */
const GRACE_MS = 1_000;

/** Why a request that was still arriving has to ask again. */
export const unfinishedRefusal: Refusal = {
  reason: ErrorReason.OVERLOADED,
  message: "the server has no room left, and this request was still arriving",
  retryAfterMs: 1_000,
};

type GiveUp = (refusal: Refusal) => void;

export interface UnfinishedRequests {
  /** A request begins to arrive. The function that is returned is called when it has arrived, or never will. */
  begin(giveUp: GiveUp): () => void;
  /** Gives up the request that has been arriving for the longest time. False if there is none that had time enough. */
  giveUpOldest(refusal: Refusal): boolean;
}

/** Creates the list. */
export function createUnfinishedRequests(): UnfinishedRequests {
  const sinceMs = new Map<GiveUp, number>();
  return {
    begin(giveUp) {
      sinceMs.set(giveUp, performance.now());
      return () => void sinceMs.delete(giveUp);
    },
    giveUpOldest(refusal) {
      const [oldest] = sinceMs;
      if (oldest === undefined || performance.now() - oldest[1] < GRACE_MS) return false;
      const [giveUp] = oldest;
      sinceMs.delete(giveUp);
      giveUp(refusal);
      return true;
    },
  };
}
