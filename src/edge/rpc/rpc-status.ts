/** Writes a status in the form of gRPC and Connect. */

import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";

import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from "../../../gen/ts/google/rpc/error_details_pb.ts";
import { FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";
import { makeStatus, type Status } from "../status.ts";
import { fitStatus } from "./fit-status.ts";

type Details = NonNullable<ConstructorParameters<typeof ConnectError>[3]>;

const DOMAIN = "understudy";

/** Tells a gRPC client's retry policy not to ask again: every route was tried already. */
const noRetry = { "grpc-retry-pushback-ms": "-1" };

/** Makes the status of a refusal, small enough for a client's header limit. Without `requestId` it names no request. */
export function makeRpcStatus(refusal: Refusal, requestId: string | undefined): ConnectError {
  return fitStatus(makeStatus(refusal), (fitted, omittedCount) => {
    // UNAVAILABLE alone is what the retry policies of gRPC clients ask again for.
    const headers = fitted.retry === "useless" && fitted.code === Code.Unavailable ? noRetry : undefined;
    return new ConnectError(fitted.message, fitted.code, headers, makeDetails(fitted, requestId, omittedCount));
  });
}

function makeDetails(status: Status, requestId: string | undefined, omittedCount: number): Details {
  const { reasonName: reason, violations, retryAfterMs, report } = status;
  const metadata: Record<string, string> = omittedCount > 0 ? { omittedViolations: String(omittedCount) } : {};
  const details: Details = [
    { desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { reason, domain: DOMAIN, metadata }) },
  ];
  if (requestId !== undefined) {
    details.push({ desc: RequestInfoSchema, value: create(RequestInfoSchema, { requestId }) });
  }
  if (violations.length > 0) {
    const fieldViolations = violations.map(({ field, description }) => ({ field, description }));
    details.push({ desc: BadRequestSchema, value: create(BadRequestSchema, { fieldViolations }) });
  }
  if (retryAfterMs !== undefined) {
    const retryDelay = durationFromMs(Math.max(0, Math.ceil(retryAfterMs)));
    details.push({ desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay }) });
  }
  if (report !== undefined) details.push({ desc: FailoverReportSchema, value: report });
  return details;
}
