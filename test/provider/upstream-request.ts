/** Requests to an upstream for tests. */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { UpstreamRequest } from "../../src/call/upstream.ts";

/** A request that asks one question, with `fields` of the caller's request on top. */
export function asks(
  fields: MessageInitShape<typeof CompleteRequestSchema> = {},
  rest: Partial<UpstreamRequest> = {},
): UpstreamRequest {
  const request = create(CompleteRequestSchema, { messages: [{ role: Role.USER, text: "What?" }], ...fields });
  return {
    request,
    maxOutputTokens: request.maxOutputTokens,
    continuation: undefined,
    connectTimeoutMs: 2_000,
    withoutReasoning: false,
    cache: "off",
    refusals: [],
    ...rest,
  };
}
