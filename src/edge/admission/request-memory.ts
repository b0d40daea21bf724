/** Bounds the memory of all requests in flight. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";
import { type UnfinishedRequests, unfinishedRefusal } from "./unfinished-requests.ts";

/** The memory that one request holds. */
export interface RequestBytes {
  /** Reserves `bytes` more. Returns why that is not possible; nothing is reserved then. */
  take(bytes: number): Refusal | undefined;
  /** From now on the request holds no more than `bytes`: what it was decoded from is gone. */
  settle(bytes: number): void;
  /** Gives everything back, and refuses from then on. */
  release(): void;
}

export interface RequestMemory {
  /** Starts the account of a request of `owner`, which has at most `share` of the whole with all its requests. */
  open(owner: string | undefined, share: number): RequestBytes;
}

/**
 * Creates a budget of `maxBytes`, which may change. Where it is used up, requests that are still arriving make room for
 * those that are there.
 */
export function createRequestMemory(maxBytes: () => number, unfinished?: UnfinishedRequests): RequestMemory {
  const heldOf = new Map<string | undefined, number>();
  let heldBytes = 0;
  const add = (owner: string | undefined, bytes: number): void => {
    heldBytes += bytes;
    const sum = (heldOf.get(owner) ?? 0) + bytes;
    if (sum === 0) heldOf.delete(owner);
    else heldOf.set(owner, sum);
  };
  return {
    open(owner, share) {
      let ownBytes = 0;
      let released = false;
      return {
        take(bytes) {
          if (released) return outOfMemoryRefusal;
          const most = maxBytes() * share;
          if (ownBytes + bytes > most) return makeTooLarge(most);
          if (share < 1 && (heldOf.get(owner) ?? 0) + bytes > most) return shareRefusal;
          while (heldBytes + bytes > maxBytes()) {
            if (unfinished?.giveUpOldest(unfinishedRefusal) !== true) return outOfMemoryRefusal;
          }
          // It may have been this one.
          if (released) return unfinishedRefusal;
          add(owner, bytes);
          ownBytes += bytes;
          return undefined;
        },
        settle(bytes) {
          if (bytes >= ownBytes) return;
          add(owner, bytes - ownBytes);
          ownBytes = bytes;
        },
        release() {
          add(owner, -ownBytes);
          ownBytes = 0;
          released = true;
        },
      };
    },
  };
}

/** When memory may be free again, in milliseconds. */
const RETRY_MS = 1_000;

/** Why a request is not taken when the requests in flight fill the server's memory for them. */
export const outOfMemoryRefusal: Refusal = {
  reason: ErrorReason.OVERLOADED,
  message: "the requests in flight fill the server's max_buffered_bytes",
  retryAfterMs: RETRY_MS,
};

const shareRefusal: Refusal = {
  reason: ErrorReason.CALLER_LIMIT,
  message: "the caller's requests in flight fill its share of the server's max_buffered_bytes",
  retryAfterMs: RETRY_MS,
};

function makeTooLarge(mostBytes: number): Refusal {
  const message = `the request takes more memory than ${mostBytes} bytes, which max_buffered_bytes leaves for one`;
  return { reason: ErrorReason.TOO_LARGE, message };
}
