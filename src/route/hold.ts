/** Why a route is to be left alone, as each of its protections says it. */

import type { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";

/** A reason to leave a route alone. Instants are on the monotonic clock, so that a changed wall clock moves no limit. */
export interface Hold {
  readonly reason: SkipReason;
  /** Why, in a sentence. */
  readonly cause: string;
  /** When it ends by itself, by `performance.now()`; undefined if it does not or that is not known. */
  readonly untilMs: number | undefined;
  /** Whether it only says that the one call that tests the route is under way. */
  readonly probing: boolean;
}
