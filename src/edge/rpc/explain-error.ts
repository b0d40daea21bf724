/** Says in the gateway's own words why the protocol library did not take a request. */

import { Code, type ConnectError } from "@connectrpc/connect";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";
import { explainJson } from "../json/explain-json.ts";
import { internalRefusal } from "../refusal-of.ts";
import type { RpcCall } from "./rpc-call.ts";

const reasons = new Map<Code, ErrorReason>([
  [Code.InvalidArgument, ErrorReason.INVALID_REQUEST],
  [Code.ResourceExhausted, ErrorReason.TOO_LARGE],
  [Code.Unimplemented, ErrorReason.NOT_CARRIED],
]);

/**
 * Makes a refusal of an error that the protocol library raised. Its code says that something is wrong; what it is
 * follows from how far the request of `call` had come. Values of the request are left out.
 */
export function explainError(
  { code, rawMessage }: ConnectError,
  { body, input }: Pick<RpcCall, "body" | "input">,
): Refusal {
  if (code === Code.DeadlineExceeded) {
    return { reason: ErrorReason.DEADLINE_EXCEEDED, message: "the call was not answered within its deadline" };
  }
  // The library calls bytes that it cannot decode an internal error.
  if (code === Code.Internal && body.kind !== "decoded") {
    const message = "the request cannot be decoded: it is not a protobuf message of this method";
    return { reason: ErrorReason.INVALID_REQUEST, message };
  }
  const explained = code === Code.InvalidArgument && body.kind === "json" ? explainJson(input, body.text) : undefined;
  if (explained !== undefined) return explained;
  const reason = reasons.get(code);
  return reason === undefined ? internalRefusal : { reason, message: `the request cannot be read: ${rawMessage}` };
}
