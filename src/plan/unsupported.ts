/** Finds what of a request a route cannot carry. What it cannot carry is a skip, never left out silently. */

import type { CompleteRequest } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { type Part, ReasoningOptions_Effort } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Capabilities } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Unsupported } from "../call/plan.ts";
import type { Route } from "../call/route.ts";

interface Need {
  readonly name: string;
  readonly asked: (request: CompleteRequest) => boolean;
  readonly carried: (capabilities: Capabilities) => boolean;
}

const NEEDS: readonly Need[] = [
  { name: "tools", asked: usesTools, carried: ({ tools }) => tools },
  { name: "images", asked: (request) => hasPart(request, "image"), carried: ({ images }) => images },
  {
    name: "answers by JSON schema",
    asked: ({ responseFormat }) => responseFormat?.format.case === "jsonSchema",
    carried: ({ jsonSchema }) => jsonSchema,
  },
  { name: "reasoning effort", asked: asksForReasoning, carried: ({ reasoning }) => reasoning },
];

/**
 * Why a route cannot carry a request; undefined if it can. With `skipsAdjusted` it must also take every field as it is
 * given.
 */
export function findUnsupported(
  request: CompleteRequest,
  { capabilities, adjustmentsFor }: Pick<Route, "capabilities" | "adjustmentsFor">,
  skipsAdjusted: boolean,
  estimatedInputTokens: number,
): Unsupported | undefined {
  const missing = NEEDS.filter(({ asked, carried }) => asked(request) && !carried(capabilities));
  if (missing.length > 0) {
    return {
      reason: SkipReason.UNSUPPORTED,
      message: `does not carry ${missing.map(({ name }) => name).join(", ")}`,
      contextTooLong: false,
    };
  }
  const [adjusted] = skipsAdjusted ? adjustmentsFor(request) : [];
  if (adjusted !== undefined) {
    const message = `does not take ${adjusted.field} as it is given: ${adjusted.reason}`;
    return { reason: SkipReason.UNSUPPORTED, message, contextTooLong: false };
  }
  return tooLong(capabilities, estimatedInputTokens);
}

/** The estimate may be off by half, so only what is far too long is passed over; the upstream refuses the rest itself. */
const CERTAINLY_TOO_LONG = 1.5;

function tooLong({ contextWindowTokens }: Capabilities, estimatedInputTokens: number): Unsupported | undefined {
  if (contextWindowTokens === undefined || estimatedInputTokens <= Number(contextWindowTokens) * CERTAINLY_TOO_LONG) {
    return undefined;
  }
  return {
    reason: SkipReason.UNSUPPORTED,
    message: `takes ${contextWindowTokens} tokens, the request has about ${estimatedInputTokens}`,
    contextTooLong: true,
  };
}

function usesTools(request: CompleteRequest): boolean {
  return request.tools.length > 0 || hasPart(request, "toolCall") || hasPart(request, "toolResult");
}

function asksForReasoning({ reasoning }: CompleteRequest): boolean {
  const effort = reasoning?.effort ?? ReasoningOptions_Effort.UNSPECIFIED;
  return effort !== ReasoningOptions_Effort.UNSPECIFIED && effort !== ReasoningOptions_Effort.NONE;
}

function hasPart({ messages }: CompleteRequest, kind: Part["kind"]["case"]): boolean {
  return messages.some(({ parts }) => parts.some((part) => part.kind.case === kind));
}
