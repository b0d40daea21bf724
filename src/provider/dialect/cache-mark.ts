/** Writes a mark of what an upstream may keep, in the one form that there is: Anthropic's. */

import { type CacheMark, CacheMark_Ttl } from "../../../gen/ts/understudy/v1/conversation_pb.ts";

export interface CacheControl {
  type: "ephemeral";
  ttl?: "1h";
}

/** The field of a block or a tool that its caller marked. */
export function makeMark(cache: CacheMark | undefined): { cache_control?: CacheControl } {
  if (cache === undefined) return {};
  return {
    cache_control: cache.ttl === CacheMark_Ttl.TTL_1_HOUR ? { type: "ephemeral", ttl: "1h" } : { type: "ephemeral" },
  };
}
