/** Ids in the shape of Anthropic's. */

import type { Stamp } from "../simulated-dialect.ts";

export function messageId(stamp: Stamp): string {
  return `msg_simulator${String(stamp.number).padStart(6, "0")}`;
}

export function requestId(stamp: Stamp): string {
  return `req_simulator${String(stamp.number).padStart(6, "0")}`;
}

export function toolUseId(stamp: Stamp, index: number): string {
  return `toolu_simulator${String(stamp.number).padStart(6, "0")}x${index}`;
}
