/** A kind of failure and the marks by which a vendor's error is known to be of it. */

import type { FailureKind } from "../call/upstream-failure.ts";

/** Of the marks, all that are given must fit; `codes` and `message` are two ways to say the same, one of them is enough. */
export interface ErrorRule {
  readonly kind: FailureKind;
  /** The statuses with which it comes; any if none are given. */
  readonly statuses?: readonly number[];
  readonly codes?: readonly string[];
  readonly message?: Pick<RegExp, "test">;
}
