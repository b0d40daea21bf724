/** Refuses requests with a field that is not carried yet, so that it is never passed over in silence. */

import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { Part } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { Hedge } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { CallRefused } from "../../failover/refusal.ts";

/** Fields that are not carried, with how to see that a request has them. */
const FIELDS: readonly (readonly [field: string, isGiven: (request: CompleteRequest) => boolean])[] = [
  ["tools", ({ tools }) => tools.length > 0],
  ["tool_choice", ({ toolChoice }) => toolChoice !== undefined],
  ["response_format.json_object", ({ responseFormat }) => responseFormat?.format.case === "jsonObject"],
  ["response_format.json_schema", ({ responseFormat }) => responseFormat?.format.case === "jsonSchema"],
  ["resume", ({ resume }) => resume !== undefined],
  ["routing.policy.hedge", ({ routing }) => routing?.policy?.hedge === Hedge.BEFORE_FIRST_TOKEN],
];

/** Parts of messages that are not carried, with their field. */
const PARTS: ReadonlyMap<Part["kind"]["case"], string> = new Map<Part["kind"]["case"], string>([
  ["image", "image"],
  ["toolCall", "tool_call"],
  ["toolResult", "tool_result"],
  ["reasoning", "reasoning"],
]);

/** Fails with `CallRefused` (`NOT_CARRIED`) that names the first field of a valid request that is not carried. */
export function refuseNotCarried(request: CompleteRequest): void {
  const field = FIELDS.find(([, isGiven]) => isGiven(request))?.[0] ?? findPart(request);
  if (field === undefined) return;
  throw new CallRefused({
    reason: ErrorReason.NOT_CARRIED,
    message: `${field} is not carried yet`,
    violations: [{ field, description: "is not carried yet; leave it out" }],
  });
}

function findPart({ messages }: CompleteRequest): string | undefined {
  for (const [index, message] of messages.entries()) {
    for (const [at, part] of message.parts.entries()) {
      const field = PARTS.get(part.kind.case);
      if (field !== undefined) return `messages[${index}].parts[${at}].${field}`;
    }
  }
  return undefined;
}
