/** Ids in the shape of OpenAI's. */

import type { Stamp } from "../simulated-dialect.ts";

export function completionId(stamp: Stamp): string {
  return `chatcmpl-simulator${String(stamp.number).padStart(6, "0")}`;
}

export function requestId(stamp: Stamp): string {
  return `req_simulator${String(stamp.number).padStart(6, "0")}`;
}

export function toolCallId(stamp: Stamp, index: number): string {
  return `call_simulator${String(stamp.number).padStart(6, "0")}x${index}`;
}
