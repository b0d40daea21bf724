/** Why a call has no answer, or no whole one. Only `edge/status.ts` turns it into a status. */

import type { ErrorReason, FailoverReport } from "../../gen/ts/understudy/v1/ledger_pb.ts";

/** A field of the request that is wrong. */
export interface FieldViolation {
  /** Path of the field: `messages[2].text`. */
  readonly field: string;
  /** What is wrong and how to mend it. */
  readonly description: string;
  /** Whether the path ends in a name of the client's own, such as an unknown field: it is told to nobody but the client. */
  readonly namedByClient?: boolean;
}

/** Why a call has no answer, or no whole one. */
export interface Refusal {
  readonly reason: ErrorReason;
  /** Effect first, then cause, with values; lower case, no full stop. */
  readonly message: string;
  readonly requestId?: string;
  readonly violations?: readonly FieldViolation[];
  /** When asking again can help, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** What was tried, once a route was planned. */
  readonly report?: FailoverReport;
  /** Whether floods are told it: then its answer is made once, and only the header `x-request-id` names the request. */
  readonly isCommon?: boolean;
}

/** Carries a refusal to the edge. */
export class CallRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.message, options);
    this.name = "CallRefused";
    this.refusal = refusal;
  }
}
