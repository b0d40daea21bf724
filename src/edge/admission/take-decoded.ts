/** Reserves what a request takes in memory once it is decoded. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";
import type { DecodedEstimate } from "./decoded-estimate.ts";
import type { RequestBytes } from "./request-memory.ts";

/**
 * Most parts of a request: messages, values, elements of lists. A window of a million tokens holds fewer turns of ten
 * tokens each; of a part that takes two bytes, a request could bring eight million.
 */
const MAX_PARTS = 250_000;

/** Reserves the memory. Returns why the request is not taken. */
export function takeDecoded(held: RequestBytes, { bytes, partCount }: DecodedEstimate): Refusal | undefined {
  if (partCount <= MAX_PARTS) return held.take(bytes);
  const message = `the request has more than ${MAX_PARTS} messages, parts and other elements`;
  return { reason: ErrorReason.TOO_LARGE, message };
}
