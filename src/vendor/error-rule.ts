/** A kind of failure and the marks by which a vendor's error is known to be of it. */

import type { FailureKind } from "../call/upstream-failure.ts";

/** Of the marks, all that are given must fit. */
export interface ErrorRule {
  readonly kind: FailureKind;
  readonly statuses?: readonly number[];
  readonly codes?: readonly string[];
  readonly message?: RegExp;
}
