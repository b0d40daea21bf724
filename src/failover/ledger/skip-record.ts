/** A route that was passed over, as the ledger keeps it. */

import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Skip, SkipSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { SkipReason } from "../../../gen/ts/understudy/v1/routing_pb.ts";

export interface SkipRecord {
  readonly route: string;
  readonly reason: SkipReason;
  readonly message: string;
  /** When the route may be asked again, in milliseconds since the epoch; undefined if that is not known. */
  readonly retryAtMs: number | undefined;
  /** Whether the reason is that the conversation is too long for it. */
  readonly contextTooLong: boolean;
}

/** Turns a skip into a line of the ledger. */
export function makeSkip({ route, reason, message, retryAtMs }: SkipRecord): Skip {
  return create(SkipSchema, {
    route,
    reason,
    message,
    ...(retryAtMs === undefined ? {} : { retryTime: timestampFromMs(retryAtMs) }),
  });
}
