/** Reads Anthropic's marks of what may be kept, which clients of OpenAI's API send too. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { CacheMark_Ttl, type CacheMarkSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { JsonFields } from "../door/json-fields.ts";

/** The mark of a part or a tool; nothing if it has none. */
export function readCacheMark(fields: JsonFields): { cache?: MessageInitShape<typeof CacheMarkSchema> } {
  const control = fields.object("cache_control");
  if (control === undefined) return {};
  return { cache: control.get("ttl") === "1h" ? { ttl: CacheMark_Ttl.TTL_1_HOUR } : {} };
}
