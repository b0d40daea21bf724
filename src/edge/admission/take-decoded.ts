/** Reserves what a request takes in memory once it is decoded. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";
import { type DecodedEstimate, MAX_PARTS } from "./decoded-estimate.ts";
import type { RequestBytes } from "./request-memory.ts";

/** Reserves the memory. Returns why the request is not taken. */
export function takeDecoded(held: RequestBytes, estimate: DecodedEstimate): Refusal | undefined {
  if (!estimate.hasTooManyParts) return held.take(estimate.bytes);
  const message = `the request has more than ${MAX_PARTS} messages, parts and other elements`;
  return { reason: ErrorReason.TOO_LARGE, message };
}
