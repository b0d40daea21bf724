/** The sizes and the time of a call's request. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { EdgeLimits } from "../edge-limits.ts";
import type { SizeLimits } from "./read-messages.ts";

/** What an envelope adds to a message; a call's request is one message. */
const ENVELOPE_BYTES = 5;

/** Makes the limits of those who have shown a key, or need none. */
export function requestLimits({ maxRequestBytes, requestTimeoutMs }: EdgeLimits): SizeLimits {
  return {
    maxMessageBytes: maxRequestBytes,
    maxBodyBytes: maxRequestBytes + ENVELOPE_BYTES,
    timeoutMs: requestTimeoutMs,
    tooLarge: {
      reason: ErrorReason.TOO_LARGE,
      message: `the request has more than ${maxRequestBytes} bytes, max_request_bytes`,
    },
  };
}
